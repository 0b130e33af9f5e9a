"""What a flow decides: small named actions, and how the run ends. Pure: nothing here touches anything.

A plan is made before anything is written, so a preview, observe mode and the mass-change brake use the same code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


class Action(Protocol):
    """One thing a run will do outside. `name` is shown to staff: ids and field names, never contents."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Settled:
    """Both sides agree; `agreed` is what is remembered of it (None: keep what was remembered)."""

    agreed: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """There is nothing to do for this kind; an outcome of its own, not a failure."""

    reason: str
    detail: str = ""
    agreed: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """Later by itself, without using up an attempt (indexing, a parent that is not ready)."""

    reason: str
    after: timedelta
    agreed: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A person is needed."""

    reason: str
    detail: str = ""
    agreed: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class InConflict:
    """A person chooses between two sides."""

    reason: str
    detail: str = ""
    agreed: Mapping[str, object] | None = None


Ending = Settled | Skipped | Postponed | Failed | InConflict


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in order, and how the run ends when all of it succeeds."""

    ending: Ending
    actions: tuple[Action, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def names(self) -> list[str]:
        return [action.name for action in self.actions]
