"""Appointments on both sides, told from the sandbox alone: the hub's own tables are not asked. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from syncapp.flows.lens.core import Said
from syncapp.flows.lens.spans import OtherSeries, Series, Span, wall
from syncapp.flows.lens.spans_advoware import AdvowareSpan
from syncapp.flows.lens.spans_google import GoogleSpan
from syncapp.management.demo.firm import Row

FIRM = ZoneInfo("Europe/Berlin")
PREFIX = "AW-"  # of the calendars' names


@dataclass(frozen=True, slots=True)
class Appointment:
    """As people read it in either system: times of the firm's clocks, a whole day without a time."""

    kuerzel: str
    text: str
    start: str
    end: str
    place: str = ""
    rule: str = ""

    @property
    def words(self) -> str:
        return ", ".join(filter(None, (self.start.replace("T", " "), self.place, self.rule)))


@dataclass(frozen=True)
class Calendars:
    """Both systems at one moment, as the sandbox's `state` tells them."""

    advoware: Row
    google: Row

    @cached_property
    def of_employees(self) -> dict[str, list[Row]]:
        """Google's calendars by the Kürzel in their name."""
        found: dict[str, list[Row]] = {row["kuerzel"]: [] for row in self.advoware["employees"]}
        for calendar in self.google["calendars"]:
            found.setdefault(calendar["summary"].removeprefix(PREFIX), []).append(calendar)
        return {row["kuerzel"]: found[row["kuerzel"]] for row in self.advoware["employees"]}

    @cached_property
    def in_advoware(self) -> dict[str, Appointment]:
        return {str(row["frNr"]): in_advoware(row) for row in self.advoware["appointments"]}

    @cached_property
    def in_google(self) -> dict[str, Appointment]:
        """By calendar and event; an occurrence that differs from its series counts by itself."""
        return {
            f"{calendar['id']}/{event['id']}": in_google(kuerzel, event)
            for kuerzel, calendars in self.of_employees.items()
            for calendar in calendars
            for event in calendar["events"]
            if event["status"] != "cancelled"
        }

    @property
    def well_kept(self) -> int:
        """Employees with exactly one calendar, which they may write, and of which Google tells the hub."""
        watched = Counter(row["calendar"] for row in self.google["channels"])
        return sum(
            len(calendars) == 1 and watched[calendars[0]["id"]] == 1 and self._shared(kuerzel, calendars[0])
            for kuerzel, calendars in self.of_employees.items()
        )

    def differing(self, by_hand: Collection[Appointment] = ()) -> int:
        """How often an appointment is on one side only. `by_hand`: those that Google has and Advoware can't."""
        there = Counter(self.in_advoware.values())
        shown = Counter(self.in_google.values()) - Counter(by_hand)
        return (there - shown).total() + (shown - there).total()

    def on_both_sides(self, appointment: Appointment) -> bool:
        return appointment in self.in_advoware.values() and appointment in self.in_google.values()

    def _shared(self, kuerzel: str, calendar: Row) -> bool:
        address = next(row["email"] for row in self.advoware["employees"] if row["kuerzel"] == kuerzel)
        return any(rule["scope"].get("value") == address and rule["role"] == "writer" for rule in calendar["rules"])


def in_advoware(row: Row) -> Appointment:
    return _appointment(row["sb"], row["text"], AdvowareSpan(FIRM).get(row), row["ort"])


def in_google(kuerzel: str, event: Row) -> Appointment:
    return _appointment(kuerzel, event.get("summary"), GoogleSpan(FIRM).get(event), event.get("location"))


def _appointment(kuerzel: str, text: str | None, span: Said[Span], place: str | None) -> Appointment:
    if not isinstance(span, Span):
        return Appointment(kuerzel, text or "", "?", "?", place or "")  # somebody wrote what nobody can read
    return Appointment(kuerzel, text or "", _moment(span.start), _moment(span.end), place or "", _rule(span.series))


def _moment(at: date) -> str:
    return f"{wall(at, FIRM):%Y-%m-%dT%H:%M}" if isinstance(at, datetime) else at.isoformat()


def _rule(series: Series | OtherSeries | None) -> str:
    """What Advoware can't hold stays as Google writes it."""
    match series:
        case Series(unit, every, until):
            return f"{unit.upper()}/{every}" + (f" – {until}" if until else "")
        case OtherSeries(lines):
            return " ".join(lines)
    return ""
