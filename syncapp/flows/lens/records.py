"""All fields of a record at once: what both objects become, what is remembered, and how that is stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from syncapp.flows.lens.core import EMPTY, CantHold, Said, Unreadable, Value
from syncapp.flows.lens.declaration import Base, Field, Holds, Outcome, Side, What
from syncapp.flows.lens.merge import decide
from syncapp.flows.lens.own import arrived

H = TypeVar("H")
T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Merged(Generic[H, T]):
    """`here`, `there`: both objects as they are to be; `core.changes` tells what to write."""

    here: H
    there: T
    outcomes: Mapping[str, Outcome[Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What people and time say about single fields; `first`: whose value holds at first contact."""

    first: Holds = Holds.NOBODY
    chosen: Mapping[str, Side] = field(default_factory=dict)
    forced: Mapping[str, Value[Any]] = field(default_factory=dict)


def merge(
    fields: Iterable[Field[H, T, Any]], here: H, there: T, bases: Mapping[str, Base[Any]], asked: Asked | None = None
) -> Merged[H, T]:
    """A field that can't be put stops no other."""
    asked = asked or Asked()
    outcomes = {}
    for each in fields:
        outcome = decide(
            each,
            each.here.get(here),
            each.there.get(there),
            bases.get(each.name),
            first=asked.first,
            chosen=asked.chosen.get(each.name),
            forced=asked.forced.get(each.name),
        )
        refused: tuple[Side, CantHold] | None = None
        for side in outcome.to if outcome.what is What.PUT else ():
            if side is Side.HERE:
                new_here = each.here.put(here, outcome.value)
                if isinstance(new_here, CantHold):
                    refused = side, new_here
                else:
                    here = new_here
            else:
                new_there = each.there.put(there, outcome.value)
                if isinstance(new_there, CantHold):
                    refused = side, new_there
                else:
                    there = new_there
        outcomes[each.name] = outcome if refused is None else cannot(outcome, *refused)
    return Merged(here, there, outcomes)


def cannot(outcome: Outcome[V], side: Side, reason: CantHold) -> Outcome[V]:
    """It was to be put and that side does not take it; also when the system itself said so."""
    return replace(outcome, what=What.CANT_HOLD, to=(side,), reason=reason, loser=None)


@dataclass(frozen=True, slots=True)
class Remembered(Generic[V]):
    """`kept` false: the side took our write and does not show it. `moved_on`: somebody edited while we wrote."""

    base: Base[V] | None
    kept: bool = True
    moved_on: bool = False


def remembered(
    field: Field[Any, Any, V], outcome: Outcome[V], base: Base[V] | None, here: Said[V], there: Said[V]
) -> Remembered[V]:
    """`here`, `there`: what the sides say after everything was written and read back; `base`: as it was before.

    Only what was compared or written by us is remembered: what a person changed meanwhile is left to the next run,
    and what waits keeps its old place.
    """
    if outcome.what in (What.CONFLICT, What.CANT_HOLD, What.UNREADABLE, What.WAITS):
        return Remembered(base, moved_on=(here, there) != (outcome.here, outcome.there))
    now, kept, sides = Base(here, there), True, {}
    for side in Side:
        said, before = now.of(side), outcome.of(side)
        if side not in outcome.to:
            sides[side] = before
        elif arrived(field.lens(side), outcome.value, said, before):
            sides[side] = said
        elif said == before or _is_rest(outcome.value, said):
            sides[side], kept = said, False
        else:
            sides[side] = outcome.value
    settled = Base(sides[Side.HERE], sides[Side.THERE])
    return Remembered(settled, kept, moved_on=settled != now)


def _is_rest(written: Value[Any], said: Said[Any]) -> bool:
    """Nothing, or a beginning: what a side has left of our write, and not a person's edit to be carried over."""
    if isinstance(written, str) and isinstance(said, str):
        return written.startswith(said)
    return said is EMPTY and written is not EMPTY


def stored(base: Base[Any], dump: Any = str) -> list[Any]:
    """As JSON; `dump` makes it of a value."""
    return [stored_said(said, dump) for said in (base.here, base.there)]


def stored_said(said: Said[Any], dump: Any = str) -> Any:
    if isinstance(said, Unreadable):
        return {"unreadable": said.shown}
    return None if said is EMPTY else dump(said)


def loaded(raw: Iterable[Any], load: Any = str) -> Base[Any]:
    here, there = (loaded_said(each, load) for each in raw)
    return Base(here, there)


def loaded_said(raw: Any, load: Any = str) -> Said[Any]:
    if isinstance(raw, Mapping) and "unreadable" in raw:
        return Unreadable(raw["unreadable"])
    return EMPTY if raw is None else load(raw)
