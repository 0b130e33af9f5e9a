"""What happened, summed by hour and day, so that charts of months cost nothing at a million records.

An hour is summed when it is over, once; doing it again gives the same. What was missed (the hub was off, a worker too
busy) is caught up with, from the newest hour that is there. The day that an hour belongs to is summed with it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from syncapp.engine.outside import locks
from syncapp.kit.spreads import added, spread
from syncapp.models import About, Attempt, Figures, Outcome, ProxyCall, ProxyRefusal, ScanRun, ScanState, Span

HOUR = timedelta(hours=1)
KEPT = timedelta(days=100)  # the pages look back 90 days
SETTLES = timedelta(minutes=3)  # what ended in the last moment of an hour is in the tables by then
LONGEST_RUN = timedelta(hours=2)  # the queue ends one after minutes; attempts are found by their start
LOCK = "figures"

# The system answered with an error of its own, or not at all; that it refuses a value is no fault of the system.
UNANSWERED = {ProxyRefusal.UNREACHABLE, ProxyRefusal.TIMED_OUT, ProxyRefusal.ANSWER_LOST}

Sums = dict[tuple[str, str], dict[str, Any]]


def sum_up(*, budget: timedelta | None = None) -> bool:
    """Sum every hour that is over and not summed yet. False: the time was over first, call again."""
    ends = time.monotonic() + budget.total_seconds() if budget is not None else float("inf")
    try:
        with locks.hold(LOCK, f"{LOCK}-{time.monotonic_ns()}", "figures"):
            _forget_future(timezone.now())
            for hour in _missing(timezone.now()):
                sum_hour(hour)
                if time.monotonic() > ends:
                    return False
    except (locks.LockBusy, locks.LocksAway):
        pass  # another one is at it, or the next one will be
    return True


def _forget_future(now: datetime) -> None:
    """Hours that are not over were summed by a clock that was ahead: they are summed when they are over."""
    Figures.objects.filter(span=Span.HOUR, begins_at__gt=now - HOUR).delete()
    Figures.objects.filter(span=Span.DAY, begins_at__gt=now).delete()


def _missing(now: datetime) -> Iterator[datetime]:
    hour = _next(now)
    while hour + HOUR + SETTLES <= now:
        yield hour
        hour += HOUR


def _next(now: datetime) -> datetime:
    newest = Figures.objects.filter(span=Span.HOUR, about=About.EVERYTHING).order_by("-begins_at").first()
    if newest is not None:
        return max(newest.begins_at + HOUR, floor(now - KEPT))
    began = (
        Attempt.objects.aggregate(first=Min("started_at"))["first"],
        ScanRun.objects.aggregate(first=Min("finished_at"))["first"],
        ProxyCall.objects.aggregate(first=Min("at"))["first"],
    )
    return floor(max(min((first for first in began if first), default=now), now - KEPT))


def floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime) -> datetime:
    """The beginning of the day in the firm's time zone."""
    local = timezone.localtime(moment)
    return timezone.make_aware(datetime.combine(local.date(), datetime.min.time()))


def sum_hour(hour: datetime) -> None:
    day = day_of(hour)
    following = day_of(day + timedelta(hours=30))  # a day has 23 to 25 hours
    with transaction.atomic():
        _replace(Span.HOUR, hour, _of_hour(hour))
        total: Sums = {}
        for row in Figures.objects.filter(span=Span.HOUR, begins_at__gte=day, begins_at__lt=following):
            total[row.about, row.name] = added(total.get((row.about, row.name), {}), row.sums)
        _replace(Span.DAY, day, total)


def _replace(span: Span, begins_at: datetime, sums: Sums) -> None:
    Figures.objects.filter(span=span, begins_at=begins_at).delete()
    Figures.objects.bulk_create(
        Figures(span=span, begins_at=begins_at, about=about, name=name, sums=each)
        for (about, name), each in sums.items()
    )


def _of_hour(hour: datetime) -> Sums:
    until = hour + HOUR
    ended = Attempt.objects.filter(finished_at__gte=hour, finished_at__lt=until)
    ended = ended.filter(started_at__gte=hour - LONGEST_RUN, started_at__lt=until)
    outcomes: dict[str, Counter[str]] = {}
    waits: dict[str, list[float]] = {}
    calls: list[tuple[str, float, bool]] = []
    rows = ended.values_list("record__step", "outcome", "waiting_since", "started_at", "calls")
    for step, outcome, since, started, theirs in rows.iterator():
        outcomes.setdefault(step, Counter())[outcome] += 1
        if since is not None:
            waits.setdefault(step, []).append(_milliseconds(started - since))
        calls += [_call(each) for each in theirs if not each.get("counted")]
    sums: Sums = {}
    for step, counted in outcomes.items():
        sums[About.STEP, step] = _of_runs(counted, waits.get(step, []))
    everything = _of_runs(sum(outcomes.values(), Counter()), [each for some in waits.values() for each in some])
    sums |= {(About.COMPARISON, name): each for name, each in _of_comparisons(hour, until, calls)}
    calls += _of_proxy(hour, until)
    for system in {system for system, _ms, _failed in calls}:
        theirs = [(ms, failed) for name, ms, failed in calls if name == system]
        failures = sum(failed for _ms, failed in theirs)
        # How fast an answer came says nothing where none came.
        spreads = spread(ms for ms, failed in theirs if not failed)
        sums[About.SYSTEM, system] = {"calls": len(theirs), "failed": failures, "ms": spreads}
    return {(About.EVERYTHING, ""): everything, **sums}


def _of_runs(outcomes: Counter[str], waits: list[float]) -> dict[str, Any]:
    return {
        "settled": outcomes[Outcome.IN_SYNC] + outcomes[Outcome.SKIPPED],
        "failed": outcomes[Outcome.FAILED] + outcomes[Outcome.CONFLICT],
        "later": outcomes[Outcome.POSTPONED] + outcomes[Outcome.OBSERVED] + outcomes[Outcome.LOST],
        "waited": spread(waits),
    }


def _call(stored: dict[str, Any]) -> tuple[str, float, bool]:
    """Its system, milliseconds, and whether the system failed at it."""
    status = stored.get("status")
    return str(stored.get("system")), float(stored.get("ms") or 0), status is None or status >= 500 or status == 429


def _of_comparisons(
    hour: datetime, until: datetime, calls: list[tuple[str, float, bool]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each looked at; its outside calls are put to the others."""
    found: dict[str, dict[str, Any]] = {}
    for scan in ScanRun.objects.filter(finished_at__gte=hour, finished_at__lt=until).exclude(state=ScanState.RUNNING):
        row = {"runs": 1, "failed": int(scan.state == ScanState.FAILED), "seen": scan.seen, "how": scan.counts or {}}
        found[scan.scan] = added(found.get(scan.scan, {}), row)
        calls += map(_call, scan.calls)
    yield from found.items()


def _of_proxy(hour: datetime, until: datetime) -> list[tuple[str, float, bool]]:
    passed_on = Q(refusal="", status__gt=0) | Q(refusal__in=UNANSWERED)
    rows = ProxyCall.objects.filter(passed_on, at__gte=hour, at__lt=until)
    return [
        ("advoware", float(ms), bool(refusal) or status >= 500 or status == 429)
        for ms, status, refusal in rows.values_list("milliseconds", "status", "refusal").iterator()
    ]


def _milliseconds(span: timedelta) -> float:
    return max(0.0, span.total_seconds() * 1000)
