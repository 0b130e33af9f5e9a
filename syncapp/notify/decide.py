"""What to tell now: out of what is known and what is found wrong. Pure.

A cause is told once when it appeared and once when it is gone. Who flickers is not told of: what comes and goes within
minutes never appeared, and what is told must be away for a while before it is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syncapp.kit.clocks import lasts

CONFIRMED = timedelta(minutes=3)  # a passing fault, a deploy, a job that is a minute late
GONE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cause. `sure`: it was watched for long enough already, and its end is one too (a system that is away)."""

    key: str
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    key: str
    first_seen: datetime
    last_seen: datetime
    told: bool
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`new`: to be remembered; `still`: to be kept in mind; `appeared`, `gone`: to be told; `forgotten`: never was."""

    new: tuple[Trouble, ...] = ()
    still: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()


def decide(known: Sequence[Known], found: Sequence[Trouble], now: datetime) -> Decision:
    """A time of the future that no clock of ours could have written yet counts as long past."""
    wrong = {each.key: each for each in found}
    there = {each.key for each in known}
    new = tuple(each for key, each in wrong.items() if key not in there)
    still = tuple(each.key for each in known if each.key in wrong)
    appeared = [each.key for each in new if each.sure]
    appeared += [
        each.key
        for each in known
        if each.key in wrong and not each.told and (wrong[each.key].sure or _past(each.first_seen, CONFIRMED, now))
    ]
    away = [each for each in known if each.key not in wrong]
    gone = tuple(each.key for each in away if each.told and (each.sure or _past(each.last_seen, GONE, now)))
    forgotten = tuple(each.key for each in away if not each.told)
    return Decision(new, still, tuple(appeared), gone, forgotten)


def _past(moment: datetime, span: timedelta, now: datetime) -> bool:
    return not lasts(moment + span, now, span)
