"""The page Over time: a sentence about yesterday, charts with tables, outages; words where there is nothing yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from syncapp.models import About, Figures, Outage, Span
from syncapp.upkeep.summing import HOUR, day_of, floor
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

ZONE = timezone.get_default_timezone()
TODAY = datetime(2026, 11, 25, tzinfo=ZONE)
PAGE = "/admin/hub/over-time/"


@pytest.fixture(autouse=True)  # before anybody logs in: a session ends by the clock
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    now = TODAY + timedelta(hours=12, minutes=10)
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


def hour(at: datetime, settled: int = 10, failed: int = 0, about: str = About.EVERYTHING, name: str = "") -> None:
    sums: dict[str, Any] = {"settled": settled, "failed": failed, "later": 0, "waited": {"19": settled}}
    Figures.objects.create(span=Span.HOUR, begins_at=at, about=about, name=name, sums=sums)


def figures(day: datetime, hours: int, failed: int) -> None:
    for number in range(hours):
        hour(day + number * HOUR, failed=failed if number == 3 else 0)


def told(client: Client, **query: str) -> str:
    return client.get(PAGE, query).content.decode()


@pytest.mark.parametrize(
    ("yesterday", "today", "words"),
    [
        (6, 1, "Yesterday was worse than today."),
        (0, 2, "Today was worse than yesterday."),
        (0, 0, "Today was like yesterday."),
    ],
)
def test_a_sentence_says_which_day_was_worse(
    yesterday: int, today: int, words: str, staff: Client, noon: datetime
) -> None:
    figures(TODAY - timedelta(days=1), 24, yesterday)
    hour(TODAY - timedelta(days=1) + 20 * HOUR + timedelta(minutes=1), failed=90)  # later than it is now
    figures(TODAY, 12, today)
    page = told(staff)
    assert words in page
    assert f"today {today} of {120 + today} runs" in page
    assert f"yesterday {yesterday} of {120 + yesterday} (" in page
    assert "Failed until 12:00" in page


def test_a_longer_outage_makes_a_day_worse(staff: Client, noon: datetime) -> None:
    figures(TODAY - timedelta(days=1), 24, 0)
    figures(TODAY, 12, 0)
    began = TODAY - timedelta(hours=20)
    Outage.objects.create(system="xai", state="down", began_at=began, ended_at=began + 2 * HOUR)
    page = told(staff)
    assert "Yesterday was worse than today." in page
    assert "2.0 h" in page


def test_before_the_first_hour_of_a_day_is_over_yesterday_is_beside_the_day_before(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: TODAY + timedelta(minutes=30))
    staff = login("erika", rows.STAFF)
    figures(TODAY - timedelta(days=2), 24, 0)
    figures(TODAY - timedelta(days=1), 24, 5)
    assert "Yesterday was worse than the day before yesterday." in told(staff)


def test_without_a_day_before_it_says_so(staff: Client, noon: datetime) -> None:
    figures(TODAY, 12, 1)
    assert "the day before has no figures" in told(staff)


def test_the_empty_page_says_when_figures_come(staff: Client, noon: datetime) -> None:
    page = told(staff)
    assert "No figures yet" in page
    assert ">13:03</time>" in page


def test_every_chart_has_the_same_figures_as_a_table(staff: Client, noon: datetime) -> None:
    figures(TODAY, 12, 3)
    answer = staff.get(PAGE)
    (chart, waiting) = answer.context["charts"]
    assert len(chart.labels) == 24
    assert [cells for _name, cells in chart.rows][-9] == ["10", "3"]
    assert next(cells for _name, cells in chart.rows) == ["–", "–"]  # not summed: nothing is known, not nothing done
    assert waiting.unit == "seconds"
    page = answer.content.decode()
    assert page.count("<canvas") == page.count("As a table")


def test_an_outage_lies_where_it_was(staff: Client, noon: datetime) -> None:
    figures(TODAY, 12, 0)
    end = floor(noon)
    Outage.objects.create(system="advoware", state="down", began_at=end - 12 * HOUR, ended_at=end - 6 * HOUR)
    Outage.objects.create(system="xai", state="refused", began_at=end - 6 * HOUR)
    Outage.objects.create(system="google", state="down", began_at=end - 99 * HOUR, ended_at=end - 90 * HOUR)
    found = {each.label: each for each in staff.get(PAGE).context["systems"]}
    assert found.keys() == {"Advoware", "xAI"}
    (band,) = found["Advoware"].bands
    assert (band.left, band.width) == ("50.00", "25.00")
    assert found["Advoware"].away_words == "6.0 h"
    assert found["xAI"].bands[0].left == "75.00"


def test_days_are_shown_for_a_week_and_for_three_months(staff: Client, noon: datetime) -> None:
    hour(TODAY)
    for back in range(100):
        sums = {"settled": back, "failed": 0, "waited": {}}
        begins = day_of(TODAY - timedelta(days=back) + timedelta(hours=12))
        Figures.objects.create(span=Span.DAY, begins_at=begins, about=About.EVERYTHING, sums=sums)
    for period, days in (("week", 7), ("quarter", 90)):
        chart = staff.get(PAGE, {"period": period}).context["charts"][0]
        assert list(chart.series[0].values) == list(range(days - 1, -1, -1))
    assert len(staff.get(PAGE, {"period": "'"}).context["charts"][0].labels) == 24


def test_the_page_asks_the_same_questions_however_much_there_is(staff: Client, noon: datetime) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            staff.get(PAGE)
        return len(queries)

    def summed(numbers: range) -> None:
        for number in numbers:
            for name in ("document_sync", "beteiligte_sync", "collection_sync"):
                hour(TODAY + (12 - number) * HOUR, about=About.STEP, name=name)
            hour(TODAY + (12 - number) * HOUR)

    summed(range(1, 3))
    few = asked()
    summed(range(3, 48))
    assert asked() == few
