"""Reading Advoware's objects: its endpoints don't agree on the case of keys, so none of ours does matter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from syncapp.clients.http.parse import Values

NO_DATE = "0001-01-01"  # how an empty date is written


@lru_cache(maxsize=64)
def _spellings(keys: tuple[str, ...]) -> Mapping[str, str]:
    return {key.casefold(): key for key in reversed(keys)}


def spelling(raw: Mapping[str, object], name: str) -> str:
    """The key as the object writes it; ``name`` itself where it has none of that name."""
    if name in raw:
        return name
    return _spellings(tuple(raw)).get(name.casefold(), name)


def merged(raw: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """The whole object with the changes in it, keys spelled as it spells them."""
    return {**raw, **{spelling(raw, name): value for name, value in changes.items()}}


@dataclass(frozen=True, slots=True)
class Keys(Values):
    """What is missing, ``null`` or Advoware's empty date counts as empty; texts are stripped."""

    read_at: float = 0.0  # in monotonic seconds of this process

    def when_read(self, _key: str) -> float:
        return self.read_at

    def holds(self, key: str) -> bool:
        return spelling(self.raw, key) in self.raw

    def get(self, key: str) -> object:
        value = self.raw.get(spelling(self.raw, key))
        if not isinstance(value, str):
            return value
        text = value.strip()
        return None if text.startswith(NO_DATE) else text

    def text(self, key: str) -> str:
        """Numbers and truth values as JSON writes them."""
        value = self.get(key)
        if isinstance(value, str):
            return value
        return json.dumps(value) if isinstance(value, (bool, int, float)) else Values.text(self, key)
