"""What the hub wrote itself is nobody's edit. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from syncapp.flows.lens.core import Lens, Said, Unreadable, Value
from syncapp.flows.lens.declaration import Base, Field, Side

V = TypeVar("V")
_UNKNOWN = Unreadable("")  # no side ever says so


@dataclass(frozen=True, slots=True)
class Own(Generic[V]):
    """A write of ours since the last agreement. `seen`: the side showed the value after it; else it may have happened,
    and counts only while the side shows it."""

    side: Side
    value: Value[V]
    seen: bool = False


def arrived(lens: Lens[Any, V], value: Value[V], now: Said[V], before: Said[V] | None) -> bool:
    """Whether a side that said `before` shows what it may have made of our write; what is as it was shows nothing."""
    if isinstance(now, Unreadable):
        return False
    return lens.same(value, now) or (now != before and lens.kept(value, now))


def with_own_writes(
    field: Field[Any, Any, V], base: Base[V] | None, writes: Iterable[Own[V]], here: Said[V], there: Said[V]
) -> Base[V] | None:
    """The last agreement as it would be had we settled after those writes: what the hub wrote is nobody's edit.

    `here`, `there`: what the sides say now.
    """
    now = Base(here, there)
    for write in writes:
        shown, said = now.of(write.side), now.of(write.side.other)
        happened = arrived(field.lens(write.side), write.value, shown, base.of(write.side) if base else None)
        source = field.lens(write.side.other)
        unedited = not isinstance(said, Unreadable) and source.same(write.value, said)
        if not (write.seen or happened):
            if base is None or unedited:
                continue  # it is to be written still
            # The other side said so when we wrote, and doesn't any more: whatever it says now is an edit.
            sides = {write.side: base.of(write.side), write.side.other: _UNKNOWN}
        else:
            sides = {
                write.side: shown if happened else write.value,
                write.side.other: said if unedited else write.value,
            }
        base = Base(sides[Side.HERE], sides[Side.THERE])
    return base
