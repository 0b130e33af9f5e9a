"""Reading values out of answers: the right type or ``UnexpectedAnswer`` naming the key, never a surprise later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from syncapp.clients.errors import UnexpectedAnswer


def the_object(system: str, raw: object, what: str = "object") -> Mapping[str, object]:
    if isinstance(raw, Mapping):
        return cast("Mapping[str, object]", raw)
    raise UnexpectedAnswer(system, f"not_an_object.{what}")


def the_list(system: str, raw: object, key: str) -> list[Mapping[str, object]]:
    """The list of objects under ``key``."""
    value = the_object(system, raw).get(key)
    if not isinstance(value, list):
        raise UnexpectedAnswer(system, f"not_a_list.{key}")
    return [the_object(system, item, key) for item in value]


@dataclass(frozen=True, slots=True)
class Values:
    """Typed access to one object of an answer. ``null`` and missing keys count as empty, unless the value is needed."""

    system: str
    raw: Mapping[str, object]

    @classmethod
    def of(cls, system: str, raw: object) -> Values:
        return cls(system, the_object(system, raw))

    def needed(self, key: str) -> str:
        value = self.raw.get(key)
        if isinstance(value, str) and value:
            return value
        raise self._wrong(key)

    def text(self, key: str) -> str:
        value = self.raw.get(key)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        raise self._wrong(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """Without empty ones and repetitions, in their order."""
        value = self.raw.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key)
        return tuple(dict.fromkeys(item for item in value if item))

    def flag(self, key: str) -> bool:
        value = self.raw.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self._wrong(key)

    def number(self, key: str) -> int | None:
        """Whole numbers, also those sent as text (64 bit numbers in JSON of gRPC services)."""
        value = self.raw.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self._wrong(key)

    def moment(self, key: str) -> datetime | None:
        """ISO 8601 or ``YYYY-MM-DD HH:MM:SS``; without a zone it is UTC. Aware, in UTC."""
        value = self.raw.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self._wrong(key)
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise self._wrong(key)

    def unix_moment(self, key: str) -> datetime | None:
        """Seconds since 1970."""
        number = self.number(key)
        if number is None:
            return None
        try:
            return datetime.fromtimestamp(number, UTC)
        except (ValueError, OverflowError, OSError):
            pass
        raise self._wrong(key)

    def _wrong(self, key: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(self.system, "wrong_or_missing_value", field=key)
