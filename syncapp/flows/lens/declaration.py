"""How a field of a two-way flow is declared, and the words of its merge. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from syncapp.flows.lens.core import EMPTY, CantHold, Lens, Said, Unreadable, Value

H = TypeVar("H")
T = TypeVar("T")
V = TypeVar("V")


class Side(StrEnum):
    HERE = "here"
    THERE = "there"

    @property
    def other(self) -> Side:
        return Side.THERE if self is Side.HERE else Side.HERE


class Holds(StrEnum):
    """Whose value holds when both sides were edited, or at first contact."""

    HERE = "here"
    THERE = "there"
    PERSON = "person"
    NOBODY = "nobody"  # both stay as they are, and that is agreed


class Way(StrEnum):
    BOTH = "both"
    TO_HERE = "to_here"
    TO_THERE = "to_there"
    OFF = "off"


class What(StrEnum):
    AGREED = "agreed"  # both say the same
    LEFT = "left"  # they differ and may
    PUT = "put"
    CONFLICT = "conflict"  # a person chooses
    CANT_HOLD = "cant_hold"  # a person is told field, value and reason
    UNREADABLE = "unreadable"  # both stay as they are, and a person sees both values
    WAITS = "waits"  # writing to a side is switched off, or waits for something else


@dataclass(frozen=True, slots=True)
class Field(Generic[H, T, V]):
    """`needed`: a side without it is filled, whatever was edited."""

    name: str
    here: Lens[H, V]
    there: Lens[T, V]
    rule: Holds = Holds.HERE
    way: Way = Way.BOTH
    needed: bool = False

    def lens(self, side: Side) -> Lens[Any, V]:
        return self.here if side is Side.HERE else self.there

    def agree(self, here: Said[V], there: Said[V]) -> bool:
        if isinstance(here, Unreadable) or isinstance(there, Unreadable):
            return here == there
        return self.here.same(there, here) or self.there.same(here, there)


@dataclass(frozen=True, slots=True)
class Base(Generic[V]):
    """What each side said at the last agreement."""

    here: Said[V]
    there: Said[V]

    def of(self, side: Side) -> Said[V]:
        return self.here if side is Side.HERE else self.there


@dataclass(frozen=True, slots=True)
class Outcome(Base[V]):
    """What both sides said, and what is to be done about it. `to`: the sides on which `value` is put, or can't be.

    `loser`: the side whose own edit is replaced; staff are told.
    """

    what: What
    to: tuple[Side, ...] = ()
    value: Value[V] = EMPTY
    reason: CantHold | None = None
    loser: Side | None = None
