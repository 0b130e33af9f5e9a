"""What a client may write, by resource: name -> kind. A test compares it with Google's discovery document."""

from __future__ import annotations

import copy
from typing import Any

from sandbox.google.errors import GoogleError

Record = dict[str, Any]
Fields = dict[str, str]

EVENT: Fields = {
    "summary": "text", "description": "text", "location": "text", "colorId": "text", "eventLabelId": "text",
    "transparency": "text", "visibility": "text", "status": "text", "eventType": "text", "iCalUID": "text",
    "id": "text", "sequence": "number", "start": "object", "end": "object", "originalStartTime": "object",
    "extendedProperties": "object", "reminders": "object", "source": "object", "gadget": "object",
    "conferenceData": "object", "workingLocationProperties": "object", "outOfOfficeProperties": "object",
    "focusTimeProperties": "object", "birthdayProperties": "object", "recurrence": "list", "attendees": "list",
    "attachments": "list", "anyoneCanAddSelf": "flag", "guestsCanInviteOthers": "flag", "guestsCanModify": "flag",
    "guestsCanSeeOtherGuests": "flag", "privateCopy": "flag",
}  # fmt: skip
# Sent back by clients that change what they read; taken and not used.
EVENT_READ_ONLY: Fields = {
    "kind": "text", "etag": "text", "htmlLink": "text", "created": "text", "updated": "text", "creator": "object",
    "organizer": "object", "recurringEventId": "text", "hangoutLink": "text", "locked": "flag",
    "attendeesOmitted": "flag", "endTimeUnspecified": "flag",
}  # fmt: skip
CALENDAR: Fields = {"summary": "text", "description": "text", "location": "text", "timeZone": "text"}
CALENDAR_READ_ONLY: Fields = {
    "kind": "text", "etag": "text", "id": "text", "dataOwner": "text", "autoAcceptInvitations": "flag",
    "conferenceProperties": "object", "labelProperties": "object", "workingHours": "object",
}  # fmt: skip
LIST_ENTRY: Fields = {
    "id": "text", "summaryOverride": "text", "colorId": "text", "backgroundColor": "text", "foregroundColor": "text",
    "hidden": "flag", "selected": "flag", "defaultReminders": "list", "notificationSettings": "object",
}  # fmt: skip
LIST_ENTRY_READ_ONLY: Fields = {
    "kind": "text", "etag": "text", "summary": "text", "description": "text", "location": "text", "timeZone": "text",
    "accessRole": "text", "primary": "flag", "deleted": "flag", "dataOwner": "text", "autoAcceptInvitations": "flag",
    "conferenceProperties": "object",
}  # fmt: skip
RULE: Fields = {"role": "text", "scope": "object"}
RULE_READ_ONLY: Fields = {"kind": "text", "etag": "text", "id": "text"}
CHANNEL: Fields = {
    "id": "text", "type": "text", "address": "text", "token": "text", "params": "object", "expiration": "text",
    "payload": "flag", "resourceId": "text", "resourceUri": "text", "kind": "text",
}  # fmt: skip

TYPES: dict[str, type] = {
    "text": str, "number": int, "flag": bool, "object": dict, "list": list,
}  # fmt: skip
# Values that an answer leaves out, for they say nothing.
DEFAULTS: Record = {
    "transparency": "opaque", "visibility": "default", "anyoneCanAddSelf": False, "guestsCanInviteOthers": True,
    "guestsCanModify": False, "guestsCanSeeOtherGuests": True, "privateCopy": False, "gadget": {},
}  # fmt: skip
CHOICES = {
    "status": {"confirmed", "tentative", "cancelled"},
    "transparency": {"opaque", "transparent"},
    "visibility": {"default", "public", "private", "confidential"},
}
# https://developers.google.com/workspace/calendar/api/guides/extended-properties
MOST_PROPERTIES, LONGEST_KEY, LONGEST_VALUE = 300, 44, 1024


def written(body: Any, fields: Fields, read_only: Fields, strict: bool) -> Record:
    """The part of a body that may be written. GoogleError 400 for a value of the wrong type, or an unknown field."""
    if not isinstance(body, dict):
        raise GoogleError("parseError")
    if strict and (unknown := sorted(body.keys() - fields.keys() - read_only.keys())):
        raise GoogleError("badRequest", f"Unknown fields: {', '.join(unknown)}")
    for name, value in body.items():
        kind = fields.get(name, "")
        if kind and value is not None and type(value) is not TYPES[kind]:
            raise GoogleError("invalid", f"Invalid value for: {name}", parameter=name)
    return {name: copy.deepcopy(value) for name, value in body.items() if name in fields}


def merged(old: Record, changes: Record) -> Record:
    """PATCH: objects are merged, lists replaced, null takes a field away."""
    result = dict(old)
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            result[name] = merged(result.get(name) or {}, value)
        else:
            result[name] = value
    return result


def kept(values: Record) -> Record:
    """What says something, for an event: no null, no empty text or list, no default."""
    for name, allowed in CHOICES.items():
        if values.get(name) is not None and values[name] not in allowed:
            raise GoogleError("invalid", f"Invalid value for: {name}", parameter=name)
    values = {
        name: value for name, value in values.items() if value not in (None, "", []) and value != DEFAULTS.get(name)
    }
    if properties := _properties(values.pop("extendedProperties", {})):
        values["extendedProperties"] = properties
    return values


def _properties(given: Record) -> Record:
    found: Record = {}
    for kind, pairs in given.items():
        if kind not in ("private", "shared") or not isinstance(pairs, dict | None):
            raise GoogleError("invalid", "Invalid value for: extendedProperties")
        pairs = {name: value for name, value in (pairs or {}).items() if value is not None}
        wrong = len(pairs) > MOST_PROPERTIES or any(
            len(name) > LONGEST_KEY or not isinstance(value, str) or len(value) > LONGEST_VALUE
            for name, value in pairs.items()
        )
        if wrong:
            raise GoogleError("invalid", "Invalid value for: extendedProperties")
        if pairs:
            found[kind] = pairs
    return found
