"""What `/metrics` says of calendars and of systems."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from syncapp.models import CalendarEmployee, CalendarLink, LinkState, PushChannel
from tests.world import configured

pytestmark = pytest.mark.django_db
TOKEN = "a-token-that-is-long-enough"


def lines(client: Client) -> set[str]:
    with configured(METRICS_TOKEN=TOKEN, GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON="{}"):
        return set(client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode().splitlines())


def test_appointments_and_channels_are_counted(client: Client) -> None:
    now = timezone.now()
    employee = CalendarEmployee.objects.create(kuerzel="SB", calendar_id="cal-1")
    CalendarEmployee.objects.create(kuerzel="AP")
    states = [LinkState.AGREED, LinkState.HELD, LinkState.HELD]
    links = [CalendarLink(employee=employee, number=n, state=state, changed_at=now) for n, state in enumerate(states)]
    failed = CalendarLink(number=9, state=LinkState.FAILED, reason="unreadable", employee=employee, changed_at=now)
    CalendarLink.objects.bulk_create([*links, failed])
    for number, hours in enumerate((-1, 0.5, 3, 20, 100, 160)):
        PushChannel.objects.create(
            id=str(number), employee=employee, created_at=now, expires_at=now + timedelta(hours=hours)
        )
    assert {
        'hub_calendar_open_appointments{state="held"} 2',
        'hub_calendar_open_appointments{state="failed"} 1',
        "hub_calendars 1",
        'hub_push_channels{ends="hour"} 1',
        'hub_push_channels{ends="12h"} 1',
        'hub_push_channels{ends="day"} 1',
        'hub_push_channels{ends="later"} 2',
        'hub_system_up{system="google"} 1',
    } <= lines(client)


def test_without_calendars(client: Client) -> None:
    said = lines(client)
    assert {"hub_calendars 0", 'hub_push_channels{ends="later"} 0'} <= said
    assert not any(line.startswith("hub_calendar_open_appointments{") for line in said)
