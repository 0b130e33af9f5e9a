"""What colleagues do to appointments on a working day, in Advoware and in Google Calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from syncapp.management.demo.calendars import Appointment, Calendars
from syncapp.management.demo.sandbox import Sandbox

ZONE = "Europe/Berlin"
TUESDAY = 1
BEYOND = "RRULE:FREQ=WEEKLY;COUNT=8;BYDAY=TU,TH"  # Advoware knows one day of the week, and no number of times
LATER = timedelta(days=2)
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """What the day left to look for: edits as they must be on both sides, and what Advoware can't hold."""

    edited: tuple[Appointment, ...]
    by_hand: Appointment


def live(calendars: Calendars, sandbox: Sandbox) -> CalendarDay:
    """Google tells the hub of its changes, Advoware nobody."""
    key, talk = _named(calendars.in_advoware, "Mandantengespräch Hinrichs")
    sandbox.advoware(
        "update_appointment",
        frNr=key,
        data={"uhrzeitVon": "15:30:00", "uhrzeitBis": "16:30:00", "ort": "Am Speicher 3"},
    )
    day = talk.start[:10]
    edited = replace(talk, start=f"{day}T15:30", end=f"{day}T16:30", place="Am Speicher 3")

    place, eviction = _named(calendars.in_google, "Räumungstermin Tiede")
    moved = replace(eviction, start=_later(eviction.start), end=_later(eviction.end))
    calendar, _, event = place.partition("/")
    sandbox.google("update_event", calendar=calendar, id=event, data=_times(moved))

    viewing = Appointment("JH", "Ortstermin Fliederweg 12", f"{day}T09:00", f"{day}T10:30", "Fliederweg 12")
    first = _tuesday_after(day)
    hours = Appointment("AP", "Telefonsprechstunde", f"{first}T17:00", f"{first}T18:00", "", BEYOND)
    for new in (viewing, hours):
        row = _times(new) | {"summary": new.text, "location": new.place}
        repeated = {"recurrence": [new.rule]} if new.rule else {}
        sandbox.google("create_events", calendar=f"AW-{new.kuerzel}", rows=[row | repeated])
    return CalendarDay((edited, moved, viewing), hours)


def _named(rows: dict[Key, Appointment], text: str) -> tuple[Key, Appointment]:
    return next((key, row) for key, row in rows.items() if row.text == text)


def _later(moment: str) -> str:
    return (date.fromisoformat(moment[:10]) + LATER).isoformat() + moment[10:]


def _tuesday_after(day: str) -> str:
    found = date.fromisoformat(day)
    return (found + timedelta(days=(TUESDAY - found.weekday()) % 7)).isoformat()


def _times(appointment: Appointment) -> dict[str, object]:
    return {
        name: {"dateTime": f"{moment}:00", "timeZone": ZONE}
        for name, moment in (("start", appointment.start), ("end", appointment.end))
    }
