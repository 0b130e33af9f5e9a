"""Runs over time: what was done, what failed, how long it waited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from syncapp.admin.machinery.over_time.charts import Chart, Series, percent
from syncapp.admin.machinery.over_time.slots import Slots, duration, part, total
from syncapp.kit.spreads import quantile
from syncapp.models import About
from syncapp.templatetags.hub import step_name


def run_chart(shown_slots: Slots) -> Chart:
    rows = shown_slots.of(About.EVERYTHING)
    series = (
        Series(_("done"), "good", [part(row, "settled") for row in rows]),
        Series(_("failed"), "bad", [part(row, "failed") for row in rows]),
    )
    return Chart(_("Runs: done and failed"), "bar", shown_slots.labels, shown_slots.row_names, series)


def waiting_chart(shown_slots: Slots) -> Chart:
    rows = [row and row.get("waited", {}) for row in shown_slots.of(About.EVERYTHING)]
    middle = [quantile(row, 0.5) if row else None for row in rows]
    slow = [quantile(row, 0.95) if row else None for row in rows]
    minutes = max((value for value in slow if value is not None), default=0) > 120_000
    divisor, unit = (60_000, _("minutes")) if minutes else (1000, _("seconds"))
    series = (
        Series(_("half of them, at most"), "calm", [value and value / divisor for value in middle]),
        Series(_("95 % of them, at most"), "warn", [value and value / divisor for value in slow]),
    )
    title = _("How long they waited before they started")
    return Chart(title, "line", shown_slots.labels, shown_slots.row_names, series, unit, 1)


@dataclass(frozen=True, slots=True)
class StepRow:
    name: str
    settled: int
    failed: int
    waited: Mapping[str, int]

    @property
    def share(self) -> str:
        return percent(self.failed, self.settled + self.failed)

    @property
    def wait(self) -> str:
        return duration(quantile(self.waited, 0.5))


def by_step(shown_slots: Slots) -> list[StepRow]:
    rows = []
    for name in shown_slots.names(About.STEP):
        sums = total(shown_slots.of(About.STEP, name))
        row = StepRow(step_name(name), sums.get("settled", 0), sums.get("failed", 0), sums.get("waited", {}))
        if row.settled or row.failed:
            rows.append(row)
    return sorted(rows, key=lambda row: (-row.failed, row.name))
