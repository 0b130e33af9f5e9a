"""Comparisons over time: what they looked at, and what differed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from syncapp.admin.machinery.over_time.charts import Chart, Series
from syncapp.admin.machinery.over_time.slots import Slots, Sums, total
from syncapp.flows.differences import How
from syncapp.models import About
from syncapp.templatetags.hub import scan_words

ADDED = (How.NEW, How.ONLY_IN_ADVOWARE)
CHANGED = (How.CHANGED, How.LINKS, How.CHANGED_IN_ADVOWARE, How.MISSING_REMOTELY)
REMOVED = (How.GONE, How.GONE_IN_ADVOWARE)


@dataclass(frozen=True, slots=True)
class ComparisonOverTime:
    label: str
    runs: int
    failed: int
    seen: int
    added: int
    changed: int
    removed: int
    chart: Chart

    @property
    def unchanged(self) -> int:
        return max(0, self.seen - self.added - self.changed - self.removed)


def comparisons(shown_slots: Slots) -> list[ComparisonOverTime]:
    return [_comparison(name, shown_slots) for name in shown_slots.names(About.COMPARISON)]


def _comparison(name: str, shown_slots: Slots) -> ComparisonOverTime:
    rows, label = shown_slots.of(About.COMPARISON, name), scan_words(name)
    kinds = ((_("added"), "good", ADDED), (_("changed"), "calm", CHANGED), (_("removed"), "bad", REMOVED))
    series = [Series(words, tone, [_found(row, hows) for row in rows]) for words, tone, hows in kinds]
    sums = total(rows)
    counts = [int(_found(sums, hows) or 0) for _words, _tone, hows in kinds]
    chart = Chart(_("What differed"), "bar", shown_slots.labels, shown_slots.row_names, series)
    return ComparisonOverTime(
        label, sums.get("runs", 0), sums.get("failed", 0), sums.get("seen", 0), counts[0], counts[1], counts[2], chart
    )


def _found(row: Sums | None, hows: Iterable[How]) -> float | None:
    return None if row is None else sum(row.get("how", {}).get(how.value, 0) for how in hows)
