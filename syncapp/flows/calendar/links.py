"""Between a link's row and what is decided about: what Google last told, the last agreement, the days."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.clients.google import GoogleEvent
from syncapp.flows.calendar import from_google
from syncapp.flows.calendar.decide import Missing, Shown
from syncapp.flows.calendar.entries import DAY, Entry, tidy
from syncapp.flows.calendar.rules import BeyondAdvoware
from syncapp.models import CalendarLink

SOURCE = "bitbylaw"
# Private extended properties of our events. The last one is what we wrote last: people's edits leave it as it is, so it
# tells whether a write whose answer was lost has happened, even when somebody has edited the event since.
MARK, SOURCE_KEY, OWNER, WRITTEN = "advowareFrNr", "source", "kuerzel", "written"


def event_id(kuerzel: str, number: int) -> str:
    """The same for the same appointment of the same employee, so that an insert can be repeated. Google allows the
    letters a to v and digits: that is base32hex."""
    digest = hashlib.sha256(f"{kuerzel}\n{number}".encode()).digest()
    return "frnr" + base64.b32hexencode(digest).decode().rstrip("=").lower()


def mark(kuerzel: str, number: int, entry: Entry) -> dict[str, Any]:
    return {"private": {MARK: str(number), SOURCE_KEY: SOURCE, OWNER: kuerzel, WRITTEN: stand(entry)}}


def stand(entry: Entry) -> str:
    """A short text for what an event is like; nothing can be read out of it."""
    return hashlib.sha256(json.dumps(entry.to_json(), sort_keys=True).encode()).hexdigest()[:32]


def marked_number(event: GoogleEvent, kuerzel: str) -> int | None:
    """The number of the appointment that our mark names; occurrences inherit the mark of their series."""
    private = event.private
    if private.get(SOURCE_KEY) != SOURCE or private.get(OWNER) != kuerzel or event.recurring_event_id:
        return None
    text = private.get(MARK, "")
    return int(text) if text.lstrip("-").isdecimal() else None


def told(event: GoogleEvent, kuerzel: str, zone: ZoneInfo) -> dict[str, Any]:
    """What a link keeps of an event: its normal form or why it has none, its version."""
    kept: dict[str, Any] = {"etag": event.etag, "parent": event.recurring_event_id, "beyond": "", "unreadable": ""}
    kept |= {"event": None, "deleted": False, "read_only": not event.writable}
    kept |= {"mark": marked_number(event, kuerzel), "written": event.private.get(WRITTEN, "")}
    if event.recurring_event_id:
        why = "cancelled occurrence" if event.deleted else "changed occurrence"
        return kept | {"beyond": why, "about": about(event.raw, zone)}
    if event.deleted:
        return kept | {"deleted": True}
    try:
        return kept | {"event": from_google.entry_of(event.raw, zone).to_json()}
    except BeyondAdvoware as exc:
        return kept | {"beyond": str(exc), "about": about(event.raw, zone)}
    except from_google.Unreadable as exc:
        return kept | {"unreadable": str(exc)}


def about(raw: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """What a person must know of an event that has no normal form. `instead_of`: when the occurrence was to begin."""
    moments = {"start": raw.get("start"), "end": raw.get("end"), "instead_of": raw.get("originalStartTime")}
    found = {name: from_google.shown_moment(value or {}, zone) for name, value in moments.items()}
    return found | {"text": tidy(str(raw.get("summary") or "")), "rule": " ".join(raw.get("recurrence") or ())}


def place(link: CalendarLink) -> None:
    """Its days as Google tells them, as long as there is no agreement; with it they are Advoware's."""
    if link.agreed_advoware is not None:
        return
    kept: Mapping[str, Any] = link.google
    link.first_day = link.last_day = None
    if kept.get("event"):
        link.first_day, link.last_day = days(Entry.from_json(kept["event"]))
    elif told_of := kept.get("about"):
        marks = [told_of[name][:10] for name in ("start", "end", "instead_of") if told_of[name]]
        if marks:
            link.first_day = date.fromisoformat(min(marks))
            link.last_day = None if told_of["rule"] else date.fromisoformat(max(marks))


def same_as_agreed(link: CalendarLink) -> bool:
    """Whether Google shows what was agreed on: without it something is to be done, wherever its days are."""
    return bool(link.google) and link.google["event"] is not None and link.google["event"] == link.agreed_google


def google_side(link: CalendarLink) -> Shown | Missing:
    kept: Mapping[str, Any] = link.google
    if not kept:
        return Missing.NEVER
    if kept["deleted"]:
        return Missing.GONE
    entry = Entry.from_json(kept["event"]) if kept["event"] else None
    return Shown(entry, bool(kept["read_only"]), kept["beyond"], kept["unreadable"])


def entry(raw: Mapping[str, Any] | None) -> Entry | None:
    return Entry.from_json(raw) if raw else None


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are compared, both included."""

    first: date
    last: date

    def touches(self, link: CalendarLink) -> bool:
        if link.first_day is None:
            return True
        return link.first_day <= self.last and (link.last_day is None or link.last_day >= self.first)

    def holds(self, entry: Entry) -> bool:
        first, last = days(entry)
        return first <= self.last and (last is None or last >= self.first)


def days(entry: Entry) -> tuple[date, date | None]:
    """Its first and its last day; None: without end."""
    if entry.series is not None:
        return entry.start.date(), entry.series.until
    return entry.start.date(), (entry.end - DAY if entry.all_day else entry.end).date()
