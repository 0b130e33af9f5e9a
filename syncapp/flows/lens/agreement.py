"""The last agreement about all fields of a record: with our own writes since, and after a run. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from syncapp.flows.lens.declaration import Base, Field, Outcome
from syncapp.flows.lens.own import Own, with_own_writes
from syncapp.flows.lens.records import remembered

H = TypeVar("H")
T = TypeVar("T")
Bases = Mapping[str, Base[Any]]


def with_own(
    fields: Iterable[Field[H, T, Any]], bases: Bases, own: Mapping[str, Iterable[Own[Any]]], here: H, there: T
) -> dict[str, Base[Any]]:
    """As they would be had we settled after those writes; `here`, `there`: both objects as they are now."""
    after = dict(bases)
    for each in fields:
        base = with_own_writes(
            each, bases.get(each.name), own.get(each.name, ()), each.here.get(here), each.there.get(there)
        )
        if base is not None:
            after[each.name] = base
    return after


@dataclass(frozen=True, slots=True)
class Settlement:
    """`not_kept`: fields that a side took and does not show. `moved_on`: somebody edited while we wrote."""

    bases: Bases
    not_kept: tuple[str, ...] = ()
    moved_on: bool = False


def settled(
    fields: Iterable[Field[H, T, Any]], outcomes: Mapping[str, Outcome[Any]], bases: Bases, here: H, there: T
) -> Settlement:
    """`here`, `there`: both objects after everything was written and read back; `bases`: with our own writes."""
    after, not_kept, moved_on = dict(bases), [], False
    for each in fields:
        memory = remembered(each, outcomes[each.name], bases.get(each.name), each.here.get(here), each.there.get(there))
        if memory.base is not None:
            after[each.name] = memory.base
        if not memory.kept:
            not_kept.append(each.name)
        moved_on |= memory.moved_on
    return Settlement(after, tuple(not_kept), moved_on)
