"""Systems over time: how fast they answer, how often they fail, when they were away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from syncapp.admin.machinery.over_time.charts import Chart, Series, percent, shown
from syncapp.admin.machinery.over_time.slots import Slots, Sums, duration, total
from syncapp.kit.spreads import quantile
from syncapp.models import About, Outage, SystemName

MOST_OUTAGES = 200  # shown as bands
LISTED_OUTAGES = 10


@dataclass(frozen=True, slots=True)
class Band:
    """An outage on the time axis, in per cent of it."""

    outage: Outage
    left: str
    width: str
    lasted: str


@dataclass(frozen=True, slots=True)
class SystemOverTime:
    name: str
    label: str
    sums: Sums
    answers: Chart
    errors: Chart
    bands: list[Band]
    away: timedelta

    @property
    def calls(self) -> str:
        return shown(self.sums.get("calls", 0))

    @property
    def error_rate(self) -> str:
        return percent(self.sums.get("failed", 0), self.sums.get("calls", 0))

    @property
    def median(self) -> str:
        return duration(quantile(self.sums.get("ms", {}), 0.5))

    @property
    def slow(self) -> str:
        return duration(quantile(self.sums.get("ms", {}), 0.95))

    @property
    def away_words(self) -> str:
        return duration(self.away.total_seconds() * 1000) if self.bands else _("not once")

    @property
    def listed(self) -> list[Band]:
        return self.bands[-LISTED_OUTAGES:][::-1]


def outages(since: datetime, until: datetime) -> list[Outage]:
    """Newest first where there are very many, in the order of time for the reader."""
    found = Outage.objects.filter(began_at__lt=until).exclude(ended_at__lt=since).order_by("-began_at")
    return list(found[:MOST_OUTAGES])[::-1]


def away(found: Iterable[Outage], since: datetime, until: datetime) -> timedelta:
    spans = [min(each.ended_at or until, until) - max(each.began_at, since) for each in found]
    return sum((span for span in spans if span > timedelta()), timedelta())


def systems(shown_slots: Slots, found: list[Outage]) -> list[SystemOverTime]:
    names = {*shown_slots.names(About.SYSTEM), *(each.system for each in found)}
    return [
        _system(name, shown_slots, [each for each in found if each.system == name])
        for name in SystemName.values
        if name in names
    ]


def _system(name: str, shown_slots: Slots, found: list[Outage]) -> SystemOverTime:
    rows, labels, names = shown_slots.of(About.SYSTEM, name), shown_slots.labels, shown_slots.row_names
    spreads = [row and row.get("ms", {}) for row in rows]
    answers = (
        Series(_("half of them, at most"), "calm", [quantile(row, 0.5) if row else None for row in spreads]),
        Series(_("95 % of them, at most"), "warn", [quantile(row, 0.95) if row else None for row in spreads]),
    )
    rates = [row["failed"] / row["calls"] * 100 if row and row.get("calls") else None for row in rows]
    label = str(SystemName(name).label)
    return SystemOverTime(
        name,
        label,
        total(rows),
        Chart(_("%(system)s: time to the answer") % {"system": label}, "line", labels, names, answers, "ms"),
        Chart(
            _("%(system)s: calls that it failed at") % {"system": label},
            "bar",
            labels,
            names,
            [Series(_("share of the calls"), "bad", rates)],
            "%",
            1,
        ),
        [_band(each, shown_slots) for each in found],
        away(found, shown_slots.begins[0], shown_slots.ends),
    )


def _band(outage: Outage, shown_slots: Slots) -> Band:
    begin, end = shown_slots.begins[0], shown_slots.ends
    from_, to = max(outage.began_at, begin), min(outage.ended_at or end, end)
    left, width = (from_ - begin) / (end - begin) * 100, max((to - from_) / (end - begin) * 100, 0.4)
    lasted = duration(((outage.ended_at or timezone.now()) - outage.began_at).total_seconds() * 1000)
    return Band(outage, f"{min(left, 99.6):.2f}", f"{width:.2f}", lasted)
