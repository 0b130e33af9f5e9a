"""How long things took, counted in classes, so that hours can be added up and still tell a median. Pure.

A class reaches to one and a half times its lower end: what is told of it is right to a fifth, and a minute and a day
fit in a dozen classes more than a second does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

GROWTH = 1.5

Spread = dict[str, int]  # class -> how many; a text, for JSON knows no other keys


def class_of(milliseconds: float) -> str:
    return str(math.ceil(math.log(milliseconds, GROWTH)) if milliseconds > 1 else 0)


def spread(durations: Iterable[float]) -> Spread:
    """Of durations in milliseconds."""
    found: Spread = {}
    for each in durations:
        name = class_of(each)
        found[name] = found.get(name, 0) + 1
    return found


def quantile(of: Mapping[str, int], share: float) -> float | None:
    """Below how many milliseconds this share of them stayed; None: there were none."""
    total = sum(of.values())
    if not total:
        return None
    wanted, seen = share * total, 0
    for number, count in sorted((int(name), count) for name, count in of.items()):
        if seen + count >= wanted:
            lower = GROWTH ** (number - 1) if number else 0.0
            return float(lower + (GROWTH**number - lower) * (wanted - seen) / count)
        seen += count
    raise ValueError(f"a share is between 0 and 1, not {share}")


def added(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both sums together: numbers are added, what lies below likewise."""
    found: dict[str, Any] = dict(one)
    for name, value in other.items():
        found[name] = added(found.get(name, {}), value) if isinstance(value, Mapping) else found.get(name, 0) + value
    return found
