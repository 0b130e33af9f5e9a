"""Hours are summed once, alike however often, also after a pause; days are the firm's; old sums go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from syncapp import jobs
from syncapp.clients.errors import ServerTrouble
from syncapp.engine.outside import connections, outages
from syncapp.engine.runs import claims
from syncapp.engine.runs.run import Run
from syncapp.kit.spreads import quantile
from syncapp.models import About, Figures, Outage, ProxyCall, ScanRun, ScanState, Span, Status
from syncapp.upkeep import pruning, summing
from tests.integration.admin import rows

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NOW = summing.floor(timezone.now()) + timedelta(minutes=20)


def call(system: str = "xai", ms: int = 100, status: int | None = 200) -> dict[str, Any]:
    return {"system": system, "method": "GET", "path": "/v1", "status": status, "ms": ms, "error": "", "write": False}


def run(ended: datetime, outcome: str = "in_sync", *, waited: float = 2.0, calls: Any = (), **of: Any) -> None:
    started = ended - timedelta(seconds=1)
    since = started - timedelta(seconds=waited)
    rows.attempt(
        rows.record(Status.IN_SYNC, reason="", system="", **of),
        outcome=outcome,
        reason="",
        waiting_since=since,
        started_at=started,
        finished_at=ended,
        calls=list(calls),
    )


def figures(about: str, name: str = "", span: str = Span.HOUR) -> list[dict[str, Any]]:
    return [row.sums for row in Figures.objects.filter(about=about, name=name, span=span).order_by("begins_at")]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def ago(hours: float) -> datetime:
    return summing.floor(NOW) - hours * HOUR


def test_an_hour_says_what_ended_in_it() -> None:
    run(ago(0.5), calls=[call(ms=100), call(ms=300), call(status=503), call("espocrm", status=404)])
    run(ago(0.5), "skipped")
    run(ago(0.5), "failed", waited=40)
    run(ago(0.5), "conflict", step="beteiligte_sync")
    run(ago(0.5), "postponed")
    run(NOW - timedelta(minutes=10), "failed")  # of the hour that is not over
    assert summing.sum_up()
    (everything,) = figures(About.EVERYTHING)
    assert (everything["settled"], everything["failed"], everything["later"]) == (2, 2, 1)
    assert quantile(everything["waited"], 0.5) == pytest.approx(2000, rel=0.5)
    assert quantile(everything["waited"], 1.0) == pytest.approx(40_000, rel=0.5)
    assert [each["failed"] for each in figures(About.STEP, "beteiligte_sync")] == [1]
    (xai,) = figures(About.SYSTEM, "xai")
    assert (xai["calls"], xai["failed"], sum(xai["ms"].values())) == (3, 1, 2)
    assert figures(About.SYSTEM, "espocrm")[0]["failed"] == 0  # that it doesn't know an id is an answer


def test_doing_it_again_changes_nothing() -> None:
    for hours in (0.5, 1.5, 30):
        run(ago(hours), calls=[call()])
    summing.sum_up()
    first = list(Figures.objects.order_by("span", "begins_at", "about", "name").values_list("begins_at", "sums"))
    summing.sum_up()
    summing.sum_hour(ago(2))
    again = list(Figures.objects.order_by("span", "begins_at", "about", "name").values_list("begins_at", "sums"))
    assert again == first


def test_after_a_pause_every_hour_is_caught_up_with(monkeypatch: pytest.MonkeyPatch) -> None:
    run(ago(50.5))
    monkeypatch.setattr(timezone, "now", lambda: NOW - 48 * HOUR)
    summing.sum_up()
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    run(ago(10.5), "failed")
    run(ago(0.5))
    summing.sum_up()
    hours = figures(About.EVERYTHING)
    assert len(hours) == 51
    assert sum(each["settled"] for each in hours) == 2
    assert sum(each["settled"] for each in figures(About.EVERYTHING, span=Span.DAY)) == 2
    assert sum(each["failed"] for each in figures(About.EVERYTHING, span=Span.DAY)) == 1


def test_a_long_way_is_gone_in_pieces() -> None:
    run(ago(5.5))
    assert not summing.sum_up(budget=timedelta(0))
    assert len(figures(About.EVERYTHING)) == 1
    while not summing.sum_up(budget=timedelta(0)):
        pass
    assert len(figures(About.EVERYTHING)) == 6


def test_a_run_over_the_turn_of_the_hour_counts_where_it_ended() -> None:
    rows.attempt(rows.record(), started_at=ago(1) - timedelta(minutes=5), finished_at=ago(0.9), outcome="in_sync")
    summing.sum_up()
    assert [each["settled"] for each in figures(About.EVERYTHING)] == [0, 1]


def test_a_day_is_the_firms() -> None:
    """The clocks go back on 25 October 2026: that day has 25 hours and begins at 22:00 UTC."""
    first = summing.day_of(datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert first == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert summing.day_of(datetime(2026, 10, 25, 22, 59, tzinfo=UTC)) == first
    assert summing.day_of(datetime(2026, 10, 25, 23, tzinfo=UTC)) == datetime(2026, 10, 25, 23, tzinfo=UTC)
    for hour in range(26):
        summing.sum_hour(first + hour * HOUR)
    assert Figures.objects.filter(span=Span.DAY, about=About.EVERYTHING).count() == 2


def test_comparisons_and_calls_of_the_proxy_are_summed_too() -> None:
    found = {"seen": 100, "counts": {"new": 2, "gone": 1}, "calls": [call("advoware", 50)]}
    for _each in range(2):
        ScanRun.objects.create(scan="parties", state=ScanState.DONE, started_at=ago(0.6), finished_at=ago(0.5), **found)
    for status, refusal in ((200, ""), (0, ""), (403, "other_path"), (502, "unreachable")):
        ProxyCall.objects.create(at=ago(0.5), method="GET", status=status, refusal=refusal, milliseconds=80)
    summing.sum_up()
    assert figures(About.COMPARISON, "parties") == [{"runs": 2, "failed": 0, "seen": 200, "how": {"new": 4, "gone": 2}}]
    (advoware,) = figures(About.SYSTEM, "advoware")
    assert (advoware["calls"], advoware["failed"]) == (4, 1)  # what the hub itself refused never came there


def test_the_job_sums_and_old_sums_are_pruned() -> None:
    run(ago(0.5))
    jobs.sum_up()
    assert figures(About.EVERYTHING)
    Figures.objects.create(span=Span.HOUR, begins_at=NOW - timedelta(days=101), about=About.EVERYTHING)
    Figures.objects.create(span=Span.DAY, begins_at=NOW - timedelta(days=91), about=About.EVERYTHING)
    Outage.objects.create(system="xai", state="down", began_at=NOW - timedelta(days=102), ended_at=ago(24 * 101))
    pruning.prune()
    assert not Outage.objects.exists()
    assert Figures.objects.order_by("begins_at")[0].begins_at == NOW - timedelta(days=91)


def test_an_outage_is_on_record_once_from_its_beginning_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"xai": False}

    def ping(system: str) -> None:
        if not answers[system]:
            raise ServerTrouble(system, "503")

    monkeypatch.setattr(connections, "ping", ping)
    for _probe in range(3):
        outages.try_now("xai")
    (outage,) = Outage.objects.all()
    assert (outage.system, outage.began_at, outage.ended_at) == ("xai", NOW, None)
    answers["xai"] = True
    for _probe in range(2):
        outages.try_now("xai")
    outage.refresh_from_db()
    assert outage.ended_at == NOW
    answers["xai"] = False
    outages.try_now("xai")
    assert Outage.objects.count() == 2


def test_a_run_knows_since_when_it_was_waited_for() -> None:
    record = rows.record(Status.WAITING, due_at=NOW - HOUR, waiting_since=NOW - 2 * HOUR, step="none")
    claim = claims.take(record.pk)
    assert claim is not None
    assert Run(claim).open_attempt().waiting_since == NOW - 2 * HOUR
    beside = claims.borrow(rows.record(Status.IN_SYNC, reason="", system="", waiting_since=NOW - 9 * HOUR).pk)
    assert beside is not None
    assert Run(beside).open_attempt().waiting_since is None


@pytest.mark.parametrize("ahead", [5, 60])
def test_hours_that_a_clock_that_was_ahead_has_summed_are_summed_when_they_are_over(
    ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(ago(2) + timedelta(minutes=10))
    monkeypatch.setattr(timezone, "now", lambda: NOW + ahead * HOUR)
    summing.sum_up()
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    run(ago(0) + timedelta(minutes=10))
    summing.sum_up()
    monkeypatch.setattr(timezone, "now", lambda: NOW + HOUR)
    summing.sum_up()
    assert [each["settled"] for each in figures(About.EVERYTHING)] == [1, 0, 1]
    assert sum(each["settled"] for each in figures(About.EVERYTHING, span=Span.DAY)) == 2
    assert not Figures.objects.filter(begins_at__gt=NOW + HOUR).exists()
