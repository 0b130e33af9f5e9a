"""Reading Advoware's objects: its endpoints don't agree on the case of keys, so none of ours does matter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from syncapp.clients.advoware.config import SYSTEM
from syncapp.clients.errors import UnexpectedAnswer
from syncapp.clients.http.parse import the_object

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
class Keys:
    """Typed access to one object. What is missing, ``null`` or Advoware's empty date counts as empty."""

    raw: Mapping[str, object]

    @classmethod
    def of(cls, raw: object, what: str) -> Keys:
        return cls(the_object(SYSTEM, raw, what))

    def get(self, name: str) -> object:
        return self.raw.get(spelling(self.raw, name))

    def text(self, name: str) -> str:
        """Stripped; numbers and truth values as JSON writes them."""
        value = self.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            text = value.strip()
            return "" if text.startswith(NO_DATE) else text
        if isinstance(value, (bool, int, float)):
            return json.dumps(value)
        raise self._wrong(name)

    def number(self, name: str) -> int | None:
        value = self.get(name)
        if isinstance(value, str):
            value = value.strip() or None
            if value is not None and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
                return int(value)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self._wrong(name)

    def needed_number(self, name: str) -> int:
        number = self.number(name)
        if number is None:
            raise self._wrong(name)
        return number

    def moment(self, name: str, zone: tzinfo) -> datetime | None:
        """Aware, in UTC. Without a zone of its own it is in ``zone``."""
        text = self.text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise self._wrong(name)

    def list(self, name: str) -> list[Mapping[str, object]]:
        return the_rows(self.get(name) or [], name)

    def _wrong(self, name: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(SYSTEM, "wrong_or_missing_value", field=name)


def the_rows(raw: object, what: str) -> list[Mapping[str, object]]:
    if not isinstance(raw, list):
        raise UnexpectedAnswer(SYSTEM, f"not_a_list.{what}")
    return [the_object(SYSTEM, item, what) for item in raw]
