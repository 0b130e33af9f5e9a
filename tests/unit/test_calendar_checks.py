"""What is said at the start about the settings of the calendar."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from syncapp.checks import calendar

GOOGLE = {"GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON": "{}"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        (GOOGLE | {"CALENDAR_PUSH_URL": "https://hub.example.org"}, []),
        (GOOGLE | {"CALENDAR_PUSH_URL": "http://127.0.0.1:8000"}, []),
        (GOOGLE | {"CALENDAR_PUSH_URL": "http://localhost:8000"}, []),
        (GOOGLE | {"CALENDAR_PUSH_URL": "http://hub.example.org"}, ["E070"]),
        (GOOGLE | {"CALENDAR_PUSH_URL": "http://hub"}, ["E070"]),
        (GOOGLE | {"CALENDAR_PUSH_URL": "https://hub.example.org/?a=b"}, ["E071"]),
        (GOOGLE | {"CALENDAR_PUSH_URL": "https://hub.example.org/" + "a" * 240}, ["E071"]),
        ({"CALENDAR_PUSH_URL": "https://hub.example.org"}, ["W072"]),
        ({"CALENDAR_DAYS_AHEAD": 4000}, ["W073"]),
        ({"CALENDAR_DAYS_AHEAD": 3}, ["W074"]),
        ({"CALENDAR_SYNC_DEBUG_KUERZEL": ("SB", "AP")}, ["I076"]),
        ({"CALENDAR_SYNC_DEBUG_KUERZEL": ("ALL",)}, ["W075", "I076"]),
    ],
)
def test_settings(change: dict[str, Any], found: list[str]) -> None:
    config = settings.CONFIG.model_copy(update=change)
    assert [fault.id.removeprefix("hub.") for fault in calendar.faults(config)] == found
