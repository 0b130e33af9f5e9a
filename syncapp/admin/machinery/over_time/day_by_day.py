"""Today beside yesterday, up to the same hour, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.defaultfilters import date as formatted
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from syncapp.admin.machinery.over_time.charts import percent, shown
from syncapp.admin.machinery.over_time.slots import Sums, duration, total
from syncapp.admin.machinery.over_time.systems import away, outages
from syncapp.kit.spreads import quantile
from syncapp.models import About, Figures, Span
from syncapp.upkeep.summing import HOUR, day_of


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day, or its beginning."""

    words: str
    sums: Sums
    away: timedelta

    @property
    def failed(self) -> int:
        return int(self.sums.get("failed", 0))

    @property
    def runs(self) -> int:
        return int(self.sums.get("settled", 0)) + self.failed

    @property
    def share(self) -> str:
        return percent(self.failed, self.runs)

    @property
    def badness(self) -> tuple[float, float]:
        """Failures count first; then how long systems were away, in quarters of an hour."""
        return round(self.failed / self.runs * 100, 1) if self.runs else 0.0, self.away // timedelta(minutes=15)

    @property
    def settled(self) -> int:
        return self.runs - self.failed

    @property
    def wait(self) -> str:
        return duration(quantile(self.sums.get("waited", {}), 0.5))

    @property
    def away_words(self) -> str:
        return duration(self.away.total_seconds() * 1000) if self.away else "–"


@dataclass(frozen=True, slots=True)
class DayByDay:
    rows: list[DayRow]
    verdict: str
    details: str
    tone: str


def day_by_day(now: datetime) -> DayByDay | None:
    """The newest day that has figures beside the same hours of the one before; None: there are no two."""
    midnights = [day_of(now)]
    for _back in range(3):
        midnights.append(day_of(midnights[-1] - HOUR))
    found = Figures.objects.filter(
        span=Span.HOUR, about=About.EVERYTHING, name="", begins_at__gte=midnights[-1], begins_at__lt=now
    )
    hours = {row.begins_at: row.sums for row in found}
    if not hours:
        return None
    words, newest = [_("today"), _("yesterday"), _("the day before yesterday")], max(hours) + HOUR
    first = 0 if newest > midnights[0] else 1
    clock = newest - midnights[first] if newest > midnights[first] else timedelta(0)
    if not clock:
        return None
    known = outages(midnights[-1], now)

    def row(number: int, until: timedelta | None) -> DayRow:
        begin = midnights[number]
        end = midnights[number - 1] if number and until is None else begin + (until or newest - begin)
        sums = total(sums for hour, sums in hours.items() if begin <= hour < end)
        return DayRow(words[number], sums, away(known, begin, end))

    here, there = row(first, clock), row(first + 1, clock)
    whole = first == 1
    rows = [here, there] if whole else [here, there, DayRow(_("yesterday, the whole day"), *_values(row(1, None)))]
    if not there.sums:
        return DayByDay(
            [here], _("There is nothing to compare it with yet: the day before has no figures."), "", "quiet"
        )
    if here.badness == there.badness:
        verdict, tone = _("%(this)s was like %(that)s."), "good" if not here.failed else "calm"
        names = {"this": capfirst(here.words), "that": there.words}
    else:
        better, worse = sorted((here, there), key=lambda each: each.badness)
        verdict, tone = _("%(this)s was worse than %(that)s."), "good" if worse is there else "warn"
        names = {"this": capfirst(worse.words), "that": better.words}
    until = "" if whole else formatted(timezone.localtime(newest), "H:i")
    return DayByDay(rows, verdict % names, _details(here, there, until), tone)


def _values(row: DayRow) -> tuple[Sums, timedelta]:
    return row.sums, row.away


def _details(here: DayRow, there: DayRow, until: str) -> str:
    values = {
        "this": here.words,
        "failed": shown(here.failed),
        "runs": shown(here.runs),
        "share": here.share,
        "that": there.words,
        "failed_there": shown(there.failed),
        "runs_there": shown(there.runs),
        "share_there": there.share,
        "until": until,
    }
    if until:
        return (
            _(
                "Failed until %(until)s: %(this)s %(failed)s of %(runs)s runs (%(share)s), %(that)s %(failed_there)s "
                "of %(runs_there)s (%(share_there)s)."
            )
            % values
        )
    return (
        _(
            "Failed: %(this)s %(failed)s of %(runs)s runs (%(share)s), %(that)s %(failed_there)s of %(runs_there)s "
            "(%(share_there)s)."
        )
        % values
    )
