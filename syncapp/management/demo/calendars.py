"""Appointments on both sides, told from the sandbox alone: the hub's own tables are not asked. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from syncapp.management.demo.firm import Row

FIRM = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
PREFIX = "AW-"  # of the calendars' names
ENDLESS = "2037"  # the year in which Advoware has a series end that has no end
UNITS = {1: "DAILY", 2: "WEEKLY", 3: "MONTHLY", 4: "YEARLY"}  # turnusArt


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
    def in_advoware(self) -> dict[int, Appointment]:
        return {row["frNr"]: in_advoware(row) for row in self.advoware["appointments"]}

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
    first, last = date.fromisoformat(row["datum"][:10]), date.fromisoformat(row["datumBis"][:10])
    rule = ""
    if row["dauertermin"]:
        until = "" if row["datumBis"].startswith(ENDLESS) else row["datumBis"][:10]
        rule, last = _rule(UNITS[row["turnusArt"]], row["turnus"], until), first
    if row["abwesenheit"]:
        start, end = first.isoformat(), (last + DAY).isoformat()
    else:
        start, end = (f"{day}T{(row[name] or '')[:5]}" for day, name in ((first, "uhrzeitVon"), (last, "uhrzeitBis")))
    return Appointment(row["sb"], row["text"], start, end, row["ort"] or "", rule)


def in_google(kuerzel: str, event: Row) -> Appointment:
    start, end = _moment(event["start"]), _moment(event["end"])
    rule = " ".join(_as_advoware(line) for line in event.get("recurrence", ()))
    return Appointment(kuerzel, event.get("summary", ""), start, end, event.get("location", ""), rule)


def _moment(at: Row) -> str:
    return str(at.get("date") or f"{_of_the_firm(at['dateTime']):%Y-%m-%dT%H:%M}")


def _of_the_firm(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(FIRM)


def _as_advoware(line: str) -> str:
    """The words that a series of Advoware has; any other rule stays as Google writes it."""
    parts = dict(part.split("=", 1) for part in line.removeprefix("RRULE:").split(";"))
    if not set(parts) <= {"FREQ", "INTERVAL", "UNTIL"}:
        return line
    until = parts.get("UNTIL", "")
    day = _of_the_firm(until).date() if "T" in until else date.fromisoformat(until) if until else ""
    return _rule(parts["FREQ"], int(parts.get("INTERVAL", 1)), str(day))


def _rule(unit: str, every: int, until: str) -> str:
    return f"{unit}/{every}" + (f" – {until}" if until else "")
