"""What a flow decides: small actions, and how the run ends. Pure: nothing here touches anything.

A plan is made before anything is written, so a preview, observe mode and the mass-change brake use the same code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, ClassVar

from syncapp.kit.phrases import Phrase


class Action(Phrase):
    """One thing a run will do. `outside`: it is, or leads to, a write in another system; else it is noted here only."""

    __slots__ = ()
    outside: ClassVar[bool] = True


class Note(Phrase):
    """What is to be said about a plan beside its actions."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A value on both sides as people read it, that of the step's first system before; `field` as the flow calls it.
    `agreed`: what the first side said at the last agreement. `same`: the sides mean the same, however it is spelled."""

    field: str
    agreed: str
    here: str
    there: str
    same: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """Both sides agree; `agreed` is what is remembered of it (None: keep what was remembered)."""

    agreed: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class _WithReason:
    reason: str
    detail: str = ""
    agreed: Mapping[str, object] | None = None


class Skipped(_WithReason):
    """There is nothing to do for this kind; an outcome of its own, not a failure."""


class Failed(_WithReason):
    """A person is needed."""


class InConflict(_WithReason):
    """A person chooses between two sides."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """Later by itself, without using up an attempt (indexing, a parent that is not ready).

    `waits_for`: what ends the wait earlier, by a name that `outages.wake` is told: a system, an entity's id. A request
    that comes while the run lasts ends it too, after the debounce, but for `patient` ones.
    """

    reason: str
    after: timedelta
    agreed: Mapping[str, object] | None = None
    waits_for: str = ""
    patient: bool = False


def read_again() -> Postponed:
    """Somebody changed a side at the same moment; it is read anew soon. The second time in a row counts."""
    return Postponed("outdated", timedelta(seconds=2), patient=True)


@dataclass(frozen=True, slots=True)
class TaskNeed:
    """Something that only a person can do. `kind` is a `TaskKind`; `key` tells several of a kind apart.

    `facts`: (field, value now, value wanted) where the task is to be done; clients' data.
    """

    kind: str
    system: str
    key: str = ""
    target_type: str = ""
    target_id: str = ""
    facts: tuple[tuple[str, str, str], ...] = ()

    @property
    def digest(self) -> str:
        """A task that was closed by hand is not opened again as long as this stays the same."""
        parts = (self.system, self.target_type, self.target_id, *("\0".join(fact) for fact in self.facts))
        return sha256("\1".join(parts).encode()).hexdigest()

    @property
    def identity(self) -> tuple[str, str, str]:
        return (self.kind, self.key, self.digest)


Closed = frozenset[tuple[str, str, str]]  # identities of the needs that a person has closed


def still_open(needs: Iterable[TaskNeed], closed: Closed) -> tuple[TaskNeed, ...]:
    return tuple(need for need in needs if need.identity not in closed)


@dataclass(frozen=True, slots=True)
class ConflictNeed:
    """A field that was changed on both sides; a person chooses. `between`: the systems of the two values, in order."""

    between: tuple[str, str]
    field: str
    agreed: str
    here: str
    there: str


Ending = Settled | Skipped | Postponed | Failed | InConflict


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in order, and how the run ends when all of it succeeds."""

    ending: Ending
    actions: tuple[Action, ...] = ()
    notes: tuple[Note, ...] = ()
    held_back: tuple[Action, ...] = ()  # would be done if writing to that system were switched on
    tasks: tuple[TaskNeed, ...] = ()
    conflicts: tuple[ConflictNeed, ...] = ()

    def stored(self) -> list[dict[str, Any]]:
        """The actions as the attempt keeps them, in order."""
        held_back = (action.stored() | {"held_back": True} for action in self.held_back)
        return [*(action.stored() for action in self.actions), *held_back]
