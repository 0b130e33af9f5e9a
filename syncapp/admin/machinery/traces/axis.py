"""A time axis on which milliseconds can be seen although hours lie between: what stood still is cut short. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SHORTEST = timedelta(seconds=2)  # a pause is cut when it is longer than this, and than a third of all that happened
CUT, CUTS_TOGETHER = 5.0, 50.0  # per cent of the axis: each cut, and all of them at most


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch that was cut short; `left` and `width` in per cent."""

    lasts: timedelta
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Axis:
    """Stretches of the axis, each with its ends in time and in per cent."""

    stretches: tuple[tuple[datetime, datetime, float, float], ...]
    pauses: tuple[Pause, ...]

    def at(self, moment: datetime) -> float:
        """Where a moment lies, in per cent; what lies beyond the ends lies at them."""
        for begins, ends, left, right in self.stretches:
            if moment <= ends:
                share = (moment - begins) / (ends - begins) if ends > begins else 0.0
                return left + (right - left) * max(0.0, share)
        return 100.0


def axis(spans: Iterable[tuple[datetime, datetime]]) -> Axis:
    """Of everything that happened, in any order; there is something."""
    busy = _merged(spans)
    total = sum((ends - begins for begins, ends in busy), timedelta())
    least = max(SHORTEST, total / 3)
    blocks = [busy[0]]
    for begins, ends in busy[1:]:
        if begins - blocks[-1][1] > least:
            blocks.append((begins, ends))
        else:
            blocks[-1] = (blocks[-1][0], ends)
    pauses = len(blocks) - 1
    cut = min(CUT, CUTS_TOGETHER / pauses) if pauses else 0.0
    shown = sum((ends - begins for begins, ends in blocks), timedelta())
    room, left = 100.0 - cut * pauses, 0.0
    stretches: list[tuple[datetime, datetime, float, float]] = []
    cuts = []
    for number, (begins, ends) in enumerate(blocks):
        if number:
            before = blocks[number - 1][1]
            stretches.append((before, begins, left, left + cut))
            cuts.append(Pause(begins - before, left, cut))
            left += cut
        right = left + room * ((ends - begins) / shown if shown else 1 / len(blocks))
        stretches.append((begins, ends, left, right))
        left = right
    return Axis(tuple(stretches), tuple(cuts))


def _merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(ends, found[-1][1]))
        else:
            found.append((begins, max(begins, ends)))
    return found
