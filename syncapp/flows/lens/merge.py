"""The three-way merge of one field: the last agreement, and what both sides say now. Pure.

Only what was edited on a side since the last agreement is put on the other one. Each side is compared with what *it*
said then, so values that can't be carried over may differ for ever without being a change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from syncapp.flows.lens.core import EMPTY, Nothing, Said, Unreadable, Value
from syncapp.flows.lens.declaration import Base, Field, Holds, Outcome, Side, Way, What

V = TypeVar("V")


def decide(
    field: Field[Any, Any, V],
    here: Said[V],
    there: Said[V],
    base: Base[V] | None,
    *,
    first: Holds = Holds.NOBODY,
    chosen: Side | None = None,
    forced: Value[V] | None = None,
) -> Outcome[V]:
    """`first`: whose value holds at first contact. `chosen`: what a person decided about these very values.

    `forced`: what both sides are to say, when a write of ours is taken back.
    """
    plain: Outcome[V] = Outcome(here, there, What.LEFT)
    if field.agree(here, there) and forced is None:
        return replace(plain, what=What.AGREED)
    if field.way is Way.OFF:
        return plain
    if isinstance(here, Unreadable) or isinstance(there, Unreadable):
        return replace(plain, what=What.UNREADABLE)
    if forced is not None:
        to = tuple(each for each in Side if not _says(field, each, plain, forced) and _allowed(field, each))
        return replace(plain, what=What.PUT if to else What.AGREED, to=to, value=forced)
    source, loses = _source(field, here, there, base, first, chosen)
    if source is Holds.PERSON:
        return replace(plain, what=What.CONFLICT)
    if source is Holds.NOBODY or not _allowed(field, Side(source).other):
        return plain
    side = Side(source)
    value = _lifted(field, side, base, plain.of(side))
    # The source too, where an edit made room there for what it could not show before.
    to = tuple(each for each in Side if not _says(field, each, plain, value) and _allowed(field, each))
    if not to:
        return replace(plain, what=What.AGREED)
    return replace(plain, what=What.PUT, to=to, value=value, loser=side.other if loses else None)


def _source(
    field: Field[Any, Any, V],
    here: Value[V],
    there: Value[V],
    base: Base[V] | None,
    first: Holds,
    chosen: Side | None,
) -> tuple[Holds, bool]:
    """Whose value is to be put, and whether the other side's own edit is replaced by it."""
    filled = Holds.HERE if there is EMPTY else Holds.THERE
    if EMPTY in (here, there) and (base is None or field.needed):
        return filled, False
    if base is None:
        return Holds(chosen or first), chosen is None
    # Of a field that goes one way only the leading side counts: the other one's edit must not hide its own.
    edited = here != base.here and field.way is not Way.TO_HERE, there != base.there and field.way is not Way.TO_THERE
    if edited == (True, True):
        return (Holds(chosen), False) if chosen else (field.rule, True)
    return {(True, False): Holds.HERE, (False, True): Holds.THERE}.get(edited, Holds.NOBODY), False


def _lifted(field: Field[Any, Any, V], source: Side, base: Base[V] | None, said: Said[V]) -> Value[V]:
    """With what the source can't hold, as the other side has it."""
    assert not isinstance(said, Unreadable)  # noqa: S101  decided before
    if base is None or said is EMPTY:
        return said
    full, before, lens = base.of(source.other), base.of(source), field.lens(source)
    if isinstance(full, Unreadable | Nothing) or isinstance(before, Unreadable | Nothing):
        return said
    return lens.lifted(full, before, said) if full != before and lens.same(full, before) else said


def _allowed(field: Field[Any, Any, V], to: Side) -> bool:
    return field.way in (Way.BOTH, Way.TO_HERE if to is Side.HERE else Way.TO_THERE)


def _says(field: Field[Any, Any, V], side: Side, now: Base[V], value: Value[V]) -> bool:
    said = now.of(side)
    return not isinstance(said, Unreadable) and field.lens(side).same(value, said)
