"""Every field that the sandbox takes or sends stands in the discovery document that Google ships, with its type."""

import pytest

from sandbox.google import fields
from sandbox.google.access import ENOUGH
from sandbox.google.oauth import SCOPES
from tests.sandbox.google_calls import DAY, at, discovery

DISCOVERY = discovery()
KINDS = {"string": "text", "integer": "number", "boolean": "flag", "array": "list", "object": "object"}
WRITTEN = {
    "Event": (fields.EVENT, fields.EVENT_READ_ONLY),
    "Calendar": (fields.CALENDAR, fields.CALENDAR_READ_ONLY),
    "CalendarListEntry": (fields.LIST_ENTRY, fields.LIST_ENTRY_READ_ONLY),
    "AclRule": (fields.RULE, fields.RULE_READ_ONLY),
    "Channel": (fields.CHANNEL, {}),
}
METHODS = {
    "read events": ("events", ["list", "get", "instances", "watch"]),
    "write events": ("events", ["insert", "update", "patch", "delete"]),
    "read calendars": ("calendars", ["get"]),
    "write calendars": ("calendars", ["insert", "update", "patch", "delete"]),
    "read list": ("calendarList", ["list", "get"]),
    "write list": ("calendarList", ["insert", "update", "patch", "delete"]),
    "read rules": ("acl", ["list", "get"]),
    "write rules": ("acl", ["insert", "update", "patch", "delete"]),
}


def properties(schema):
    return DISCOVERY["schemas"][schema]["properties"]


@pytest.mark.parametrize("schema", WRITTEN)
def test_what_may_be_written_is_what_google_names(schema):
    writable, read_only = WRITTEN[schema]
    named = {name: KINDS[spec.get("type", "object")] for name, spec in properties(schema).items()}
    assert writable | read_only == named
    assert not writable.keys() & read_only.keys()


def assert_fits(value, spec, where):
    spec = DISCOVERY["schemas"][spec["$ref"]] if "$ref" in spec else spec
    if isinstance(value, dict):
        assert spec["type"] == "object", where
        for name, item in value.items():
            below = spec.get("properties", {}).get(name) or spec.get("additionalProperties")
            assert below, f"{where}.{name}"
            assert_fits(item, below, f"{where}.{name}")
    elif isinstance(value, list):
        assert spec["type"] == "array", where
        for item in value:
            assert_fits(item, spec["items"], where)
    else:
        assert type(value) is {"string": str, "integer": int, "boolean": bool}[spec["type"]], where


def test_what_is_answered_is_what_google_names(google, calendar, client):
    client.settings(google_push_http=True)
    here = {"calendarId": calendar}
    rich = {
        "description": "Saal 3", "location": "Kiel", "visibility": "private", "transparency": "transparent",
        "attendees": [{"email": "a@kanzlei.example", "optional": True}], "colorId": "3", "guestsCanModify": True,
        "extendedProperties": {"private": {"a": "1"}, "shared": {"b": "2"}}, "status": "tentative",
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 10}]},
    }  # fmt: skip
    events = google.events()
    made = events.insert(**here, body=rich | at(9, 10) | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]}).execute()
    client.google.create_event(calendar, {"locked": True, "organizer": {"email": "b@kanzlei.example"}} | DAY)
    occurrences = events.instances(**here, eventId=made["id"]).execute()
    events.patch(**here, eventId=occurrences["items"][1]["id"], body={"summary": "Anders"}).execute()
    events.delete(**here, eventId=occurrences["items"][2]["id"]).execute()
    full = events.list(**here).execute()
    assert len(full["items"]) == 4
    client.google.remove_event(calendar, made["id"])
    channel = {"id": "c1", "type": "web_hook", "address": "http://127.0.0.1:1/", "token": "t"}
    answers = {
        "Events": [full, occurrences, events.list(**here, syncToken=full["nextSyncToken"]).execute()],
        "Event": [made],
        "Calendar": [google.calendars().get(**here).execute()],
        "CalendarList": [google.calendarList().list().execute()],
        "Acl": [google.acl().list(**here).execute()],
        "Channel": [events.watch(**here, body=channel).execute()],
    }
    for schema, rows in answers.items():
        for row in rows:
            assert_fits(row, {"$ref": schema}, schema)


@pytest.mark.parametrize("kind", METHODS)
def test_scopes_are_those_that_google_names(kind):
    resource, methods = METHODS[kind]
    asked = [set(DISCOVERY["resources"][resource]["methods"][name]["scopes"]) for name in methods]
    # A few scopes allow only some of the methods; those are left out.
    assert {SCOPES + "calendar"} | {SCOPES + name for name in ENOUGH[kind]} <= set.intersection(*asked)


def test_the_addresses_are_those_of_the_discovery_document(running):
    assert running.google_root_url.endswith("/google-api/")
    assert (DISCOVERY["servicePath"], DISCOVERY["batchPath"]) == ("calendar/v3/", "batch/calendar/v3")
