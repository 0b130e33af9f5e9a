"""What a side has refused when it was written is not sent again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from syncapp.flows.lens.core import CantHold, Lens, Said, Value, Why

R = TypeVar("R")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Refusing(Lens[R, V]):
    """A side that takes everything as `lens` does, but for one value."""

    lens: Lens[R, V]
    refused: Value[V]

    def get(self, raw: R) -> Said[V]:
        return self.lens.get(raw)

    def put(self, raw: R, value: Value[V]) -> R | CantHold:
        after = self.lens.put(raw, value)
        return CantHold(Why.REFUSED) if value == self.refused and after is not raw else after

    def same(self, value: Value[V], said: Value[V]) -> bool:
        return self.lens.same(value, said)

    def kept(self, written: Value[V], now: Value[V]) -> bool:
        return self.lens.kept(written, now)

    def lifted(self, full: V, before: V, after: V) -> V:
        return self.lens.lifted(full, before, after)
