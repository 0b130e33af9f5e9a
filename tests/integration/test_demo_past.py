"""The demo's invented past: the page of charts has something to say, and what really happens is added to it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from syncapp.management.demo import past
from syncapp.models import About, Figures, Outage, Span
from syncapp.upkeep import summing
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login, login

__all__ = ["login"]
ZONE = timezone.get_default_timezone()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 25, 12, 10, tzinfo=ZONE),
        datetime(2026, 10, 26, 0, 20, tzinfo=ZONE),  # after the longer day
        datetime(2026, 3, 30, 9, 0, tzinfo=ZONE),  # after the shorter one
    ],
)
def test_yesterday_was_worse_than_today(now: datetime, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)
    past.invent()
    assert Figures.objects.filter(span=Span.HOUR, begins_at__gt=now - timedelta(hours=1)).count() == 0
    days = Figures.objects.filter(span=Span.DAY, about=About.EVERYTHING).order_by("begins_at")
    assert days.count() == len(set(days.values_list("begins_at", flat=True))) >= past.DAYS
    assert {timezone.localtime(day.begins_at).hour for day in days} == {0}
    hours = Figures.objects.filter(span=Span.HOUR, about=About.EVERYTHING)
    last = summing.day_of(now - timedelta(hours=1))
    assert days.get(begins_at=last).sums["settled"] == sum(
        row.sums["settled"] for row in hours.filter(begins_at__gte=last)
    )
    outage = Outage.objects.get()
    assert timezone.localtime(outage.began_at).date() == timezone.localtime(now).date() - timedelta(days=1)
    page = login("erika", rows.STAFF).get("/admin/hub/over-time/")
    assert page.status_code == 200
    assert "No numbers yet" not in page.content.decode()


@pytest.mark.django_db
def test_what_really_happens_goes_on_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 25, 12, 10, tzinfo=ZONE)
    past.invent(now)
    before = Figures.objects.count()
    past.invent(now)
    assert Figures.objects.count() == before  # once
    invented = Figures.objects.filter(span=Span.HOUR, begins_at__lt=now).values_list("begins_at", "about", "name")
    known = set(invented)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=1))
    summing.sum_up()
    assert set(invented.all()) == known | {(datetime(2026, 11, 25, 12, tzinfo=ZONE), "all", "")}
