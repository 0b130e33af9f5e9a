"""Events as answers have them."""

from __future__ import annotations

from sandbox.google.clock import stamp
from sandbox.google.fields import Record
from sandbox.google.records import Calendar, Event


def rendered(calendar: Calendar, event: Event, answer_zone: str = "") -> Record:
    """An event as an answer has it."""
    zone = answer_zone or calendar.zone
    shown: Record = {
        "kind": "calendar#event",
        "etag": event.etag,
        "id": event.id,
        "status": event.status,
        "htmlLink": f"https://www.google.com/calendar/event?eid={event.id}",
        "created": stamp(event.created),
        "updated": stamp(event.changed),
        **{name: value for name, value in event.fields.items() if name != "iCalUID"},
        "creator": _person(event.creator, calendar),
        "organizer": _person(event.organizer, calendar),
        "start": event.start.shown(zone),
        "end": event.end.shown(zone),
        "iCalUID": event.fields.get("iCalUID") or f"{event.series or event.id}@google.com",
        "sequence": event.sequence,
        "reminders": event.fields.get("reminders") or {"useDefault": True},
        "eventType": event.fields.get("eventType") or "default",
    }
    if event.recurrence:
        shown["recurrence"] = list(event.recurrence)
    if event.series:
        assert event.original is not None
        shown |= {"recurringEventId": event.series, "originalStartTime": event.original.shown(zone)}
    return shown | ({"locked": True} if event.locked else {})


def _person(email: str, calendar: Calendar) -> Record:
    return {"email": email} | ({"self": True} if email == calendar.id else {})


def stub(calendar: Calendar, event: Event) -> Record:
    """Only what is guaranteed of a cancelled one."""
    shown: Record = {"id": event.id, "status": "cancelled"}
    if event.series and not event.gone:
        assert event.original is not None
        shown |= {"recurringEventId": event.series, "originalStartTime": event.original.shown(calendar.zone)}
    return shown
