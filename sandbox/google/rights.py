"""Which events are not for everybody to change: those of another organizer, locked copies, special kinds."""

from __future__ import annotations

from typing import Any

from sandbox.google.errors import GoogleError
from sandbox.google.fields import Record, kept
from sandbox.google.records import Calendar, Event

# What only the organizer may change, and what no guest has of its own.
# https://developers.google.com/workspace/calendar/api/guides/errors#403_the_event_organizer_must_change_shared_properties
# and shared/reference/observed.md; a copy's own are its colour, reminders, whether it is busy, the private extended
# properties, and the answer: https://developers.google.com/workspace/calendar/api/v3/reference/events
SHARED = (
    "summary", "description", "location", "start", "end", "recurrence", "status", "visibility", "attachments",
    "conferenceData", "source", "anyoneCanAddSelf", "guestsCanInviteOthers", "guestsCanSeeOtherGuests",
    "guestsCanModify",
)  # fmt: skip
# https://developers.google.com/workspace/calendar/api/v3/reference/events: `locked`
MAIN = ("summary", "description", "location", "start", "end", "recurrence")
ANSWER = ("responseStatus", "comment", "additionalGuests")


def kind(event: Event) -> str:
    return str(event.fields.get("eventType") or "default")


def permit(calendar: Calendar, old: Event, before: Record, values: Record) -> None:
    """GoogleError 403 for what belongs to somebody else, or to Google itself; `before` and `values` as written."""
    # All of a kind that is none of the usual ones is read the strict way (shared/reference/google-calendar.md and
    # observed.md), though https://developers.google.com/workspace/calendar/api/guides/event-types lets some be changed.
    if kind(old) != "default":
        raise GoogleError("forbidden", "This event is read-only.")
    if old.locked and _touched(MAIN, before, values):
        raise GoogleError("forbidden", "This event is read-only.")
    if old.organizer == calendar.id or old.fields.get("guestsCanModify"):
        return
    guests = [_others(each) for each in (before, values)]
    marks = [(each.get("extendedProperties") or {}).get("shared") or {} for each in (before, values)]
    if _touched(SHARED, before, values) or guests[0] != guests[1] or marks[0] != marks[1]:
        raise GoogleError("forbiddenForNonOrganizer")


def permit_deletion(old: Event) -> None:
    """A guest may take the own copy away."""
    if kind(old) != "default":
        raise GoogleError("forbidden")


def permit_kind(event_type: str) -> None:
    """Focus time, absences and places of work are in primary calendars only
    (https://developers.google.com/workspace/calendar/api/guides/calendar-status), nobody makes one `fromGmail`
    (https://developers.google.com/workspace/calendar/api/guides/event-types), and birthdays are left to people."""
    if event_type != "default":
        raise GoogleError("eventTypeRestriction")


def _touched(names: tuple[str, ...], before: Record, values: Record) -> bool:
    return any(kept({name: values.get(name)}) != kept({name: before.get(name)}) for name in names)


def _others(values: Record) -> list[Any]:
    """All of the guests but what each says of itself."""
    guests = values.get("attendees") or []
    return [
        {name: said for name, said in guest.items() if not (guest.get("self") and name in ANSWER)} for guest in guests
    ]
