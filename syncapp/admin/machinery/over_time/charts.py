"""Charts for the theme's own component, each with the same figures as a table: a canvas says nothing to a reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format

GREY = "#7b8494"  # legible on white and on dark
NONE = "–"


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one part of each bar; None: nothing was measured there. `colour`: of a tone of `hub.css`."""

    label: str
    colour: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """`kind`: bar (parts on each other) or line. `labels` stand below, `names` before the rows of the table."""

    title: str
    kind: str
    labels: Sequence[str]
    names: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    decimals: int = 0

    @property
    def empty(self) -> bool:
        return not any(value for each in self.series for value in each.values)

    @property
    def data(self) -> str:
        look = (
            {"borderRadius": 2, "maxBarThickness": 36} if self.kind == "bar" else {"borderWidth": 2, "pointRadius": 2}
        )
        datasets = [
            {
                "label": each.label,
                "data": [None if value is None else round(value, 3) for value in each.values],
                "backgroundColor": f"var(--hub-{each.colour})",
                "borderColor": f"var(--hub-{each.colour})",
                **look,
            }
            for each in self.series
        ]
        return json.dumps({"labels": list(self.labels), "datasets": datasets})

    @property
    def options(self) -> str:
        stacked, ticks = self.kind == "bar", {"color": GREY}
        title = {"display": bool(self.unit), "text": self.unit, "color": GREY}
        legend = {"position": "bottom", "labels": {"color": GREY, "boxWidth": 10, "boxHeight": 10}}
        return json.dumps(
            {
                "animation": False,
                "responsive": True,
                "maintainAspectRatio": False,
                "interaction": {"mode": "index", "intersect": False},
                "plugins": {"legend": legend},
                "scales": {
                    "x": {
                        "stacked": stacked,
                        "grid": {"display": False},
                        "ticks": {**ticks, "maxRotation": 0, "autoSkipPadding": 12},
                    },
                    "y": {
                        "stacked": stacked,
                        "beginAtZero": True,
                        "grid": {},
                        "ticks": {**ticks, "precision": 0 if stacked else 2},
                        "title": title,
                    },
                },
            }
        )

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        columns = [[shown(value, self.decimals) for value in each.values] for each in self.series]
        return [(name, list(cells)) for name, *cells in zip(self.names, *columns, strict=True)]


def shown(value: float | None, decimals: int = 0) -> str:
    return NONE if value is None else number_format(value, decimals, use_l10n=True, force_grouping=True)


def percent(part: float, whole: float) -> str:
    """Of nothing there is no share."""
    if not whole:
        return NONE
    share = part / whole * 100
    return f"{number_format(share, 0 if share in (0, 100) else 1)} %"
