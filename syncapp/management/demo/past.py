"""An invented past, so that the charts of the demo have something to tell: sums by hour and day, as `upkeep.summing`
would have made them, and an outage yesterday. The same each time but for the day it ends on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

from django.utils import timezone

from syncapp.events import registry
from syncapp.flows.differences import How
from syncapp.kit.spreads import added, spread
from syncapp.models import About, Figures, Outage, Span, SystemName, SystemState
from syncapp.upkeep.summing import HOUR, day_of, floor

DAYS, DAYS_BY_HOUR = 90, 8  # longer ago only whole days
SHARES = {"document_sync": 9, "beteiligte_sync": 4, "collection_sync": 2, "calendar_employee": 3, "matter_sync": 1}
ANSWERS = {  # milliseconds
    SystemName.ESPOCRM: 90,
    SystemName.XAI: 420,
    SystemName.ADVOWARE: 260,
    SystemName.GOOGLE: 140,
}
OFFICE = range(8, 18)
AWAY = (6, 9)  # hours of yesterday in which xAI did not answer: early, so that the same time of today is over

Row = tuple[str, str, dict[str, Any]]


def invent(now: datetime | None = None) -> None:
    """Only where nothing has been summed yet."""
    if Figures.objects.exists():
        return
    dice, now = random.Random(12), floor(now or timezone.now())  # noqa: S311  numbers for a picture
    today = day_of(now)
    yesterday = day_of(today - HOUR)
    rows: list[Figures] = []
    for back in range(DAYS, DAYS_BY_HOUR, -1):
        day = day_of(today - timedelta(days=back) + timedelta(hours=2))
        rows += _rows(Span.DAY, day, _hour(dice, 60 if day.weekday() < 5 else 6, away=False))
    hour = day_of(today - timedelta(days=DAYS_BY_HOUR) + timedelta(hours=2)).astimezone(UTC)  # hours are counted there
    while hour < now:
        local = timezone.localtime(hour)
        busy = local.weekday() < 5 and local.hour in OFFICE
        away = day_of(hour) == yesterday and local.hour in range(*AWAY)
        rows += _rows(Span.HOUR, hour, _hour(dice, 7 if busy or away else 1, away=away))
        hour += HOUR
    Figures.objects.bulk_create([*rows, *_days(rows)], batch_size=500)
    begins = timezone.localtime(yesterday).replace(hour=AWAY[0], minute=8)
    Outage.objects.create(
        system=SystemName.XAI, state=SystemState.DOWN, began_at=begins, ended_at=begins.replace(hour=AWAY[1] - 1)
    )


def _rows(span: Span, begins_at: datetime, sums: Iterator[Row]) -> Iterator[Figures]:
    for about, name, each in sums:
        yield Figures(span=span, begins_at=begins_at, about=about, name=name, sums=each)


def _days(rows: list[Figures]) -> Iterator[Figures]:
    """Of the days that were told hour by hour."""
    days: dict[tuple[datetime, str, str], dict[str, Any]] = {}
    for row in rows:
        if row.span == Span.HOUR:
            key = (day_of(row.begins_at), row.about, row.name)
            days[key] = added(days.get(key, {}), row.sums)
    for (day, about, name), sums in days.items():
        yield Figures(span=Span.DAY, begins_at=day, about=about, name=name, sums=sums)


def _hour(dice: random.Random, busy: int, *, away: bool) -> Iterator[Row]:
    steps = [name for name in SHARES if name in {spec.name for spec in registry.runnable()}]
    told: dict[str, dict[str, Any]] = {}
    for step in steps:
        settled = dice.randint(0, busy * SHARES[step])
        failed = dice.randint(2, 6) if away and step == "document_sync" else int(dice.random() < busy / 400)
        waits = [dice.expovariate(1 / 1500) for _each in range(settled)]
        told[step] = {"settled": settled, "failed": failed, "later": 12 * away, "waited": spread(waits)}
        yield About.STEP, step, told[step]
    yield About.EVERYTHING, "", reduce(added, told.values(), {"settled": 0, "failed": 0, "later": 0, "waited": {}})
    for system, milliseconds in ANSWERS.items():
        calls = dice.randint(busy, busy * 12)
        failed = calls if away and system == SystemName.XAI else int(dice.random() < busy / 200)
        answered = [dice.lognormvariate(0, 0.45) * milliseconds for _each in range(calls - failed)]
        yield About.SYSTEM, system.value, {"calls": calls, "failed": failed, "ms": spread(answered)}
    for each in registry.comparisons():
        how = {kind.value: dice.randint(0, busy) for kind in (How.NEW, How.CHANGED)}
        yield About.COMPARISON, each.name, {"runs": 1, "failed": 0, "seen": 40 + busy + sum(how.values()), "how": how}
