"""What Google takes of an event at most, and of which form: 400 for everything else.

Where no other address stands: https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.google.errors import GoogleError
from sandbox.google.fields import Record

# In signs. Undocumented; "A provided value exceeds the allowed size limit." is what Google answers (public reports,
# such as https://github.com/kewisch/gdata-provider/issues/713), and 8K of description what its help names.
LONGEST = {"summary": 1024, "location": 1024, "description": 8192}
MOST_ATTACHMENTS, MOST_REMINDERS, LONGEST_REMINDER = 25, 5, 40_320  # the last one in minutes, four weeks
REMINDERS = ("email", "popup")
ANSWERS = ("needsAction", "declined", "tentative", "accepted")
COLOURS = {str(number) for number in range(1, 12)}  # .../api/v3/reference/colors
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def check(values: Record) -> None:
    """Of what a client sends; GoogleError 400."""
    for name, longest in LONGEST.items():
        if len(values.get(name) or "") > longest:
            raise GoogleError("invalid", "A provided value exceeds the allowed size limit.", parameter=name)
    if values.get("colorId") not in (None, "", *COLOURS):
        raise GoogleError("invalid", "Invalid color ID.", parameter="colorId")
    if len(values.get("attachments") or ()) > MOST_ATTACHMENTS:
        raise GoogleError("invalid", "Too many attachments.", parameter="attachments")
    for guest in values.get("attendees") or ():
        _check_guest(guest)
    _check_reminders(values.get("reminders") or {})


def _check_guest(guest: Any) -> None:
    if not isinstance(guest, dict) or not guest.get("email"):
        raise GoogleError("required", "Missing attendee email.")
    if not ADDRESS.fullmatch(str(guest["email"])):
        raise GoogleError("invalid", "Invalid attendee email.")
    if guest.get("responseStatus", ANSWERS[0]) not in ANSWERS:
        raise GoogleError("invalid", "Invalid attendee response status.")


def _check_reminders(reminders: Record) -> None:
    overrides = reminders.get("overrides") or []
    if reminders.get("useDefault") and overrides:
        raise GoogleError("cannotUseDefaultRemindersAndSpecifyOverride")
    wrong = any(
        each.get("method") not in REMINDERS or not 0 <= each.get("minutes", -1) <= LONGEST_REMINDER
        for each in overrides
    )
    if wrong or len(overrides) > MOST_REMINDERS:
        raise GoogleError("invalid", "Invalid reminders.", parameter="reminders")
