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
from syncapp.flows.calendar.entries import DAY, Entry
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
        return kept | {"beyond": "cancelled occurrence" if event.deleted else "changed occurrence"}
    if event.deleted:
        return kept | {"deleted": True}
    try:
        return kept | {"event": from_google.entry_of(event.raw, zone).to_json()}
    except BeyondAdvoware as exc:
        return kept | {"beyond": str(exc)}
    except from_google.Unreadable as exc:
        return kept | {"unreadable": str(exc)}


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
