"""Reading values out of answers: the right type or ``UnexpectedAnswer`` naming the key, never a surprise later."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar, cast

from syncapp.clients.errors import UnexpectedAnswer

T = TypeVar("T")
_NUMBER = re.compile(r"-?[0-9]{1,19}")
_PERHAPS_NO_SIGN = (b"\\u0000", b"\\ud", b"\\uD", b"\xed", b"\0")  # escaped, or as it is; UTF-16 too


MALFORMED = "wrong_or_missing_value"  # the code of an error about one value of a whole answer


def json_of(body: bytes) -> object:
    """Any JSON value. Raises ``ValueError`` and ``RecursionError``.

    Without NUL and without halves of signs (a text that was cut within an emoji ends in one), wherever a system has
    kept them: nobody can see them, and no database takes them, so such a text could neither be agreed upon nor shown.
    """
    found = cast("object", json.loads(body))
    return _of_signs(found) if any(sign in body for sign in _PERHAPS_NO_SIGN) else found


def _of_signs(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore").replace("\0", "")
        case list():
            return [_of_signs(each) for each in value]
        case dict():
            return {_of_signs(name): _of_signs(each) for name, each in value.items()}
    return value


def json_if_it_is(body: bytes) -> object:
    """As ``json_of``, and None for what is not JSON."""
    try:
        return json_of(body)
    except (ValueError, RecursionError):
        return None


def the_object(system: str, raw: object, what: str = "object") -> Mapping[str, object]:
    if isinstance(raw, Mapping):
        return cast("Mapping[str, object]", raw)
    raise UnexpectedAnswer(system, f"not_an_object.{what}")


def the_rows(system: str, raw: object, what: str) -> list[Mapping[str, object]]:
    if not isinstance(raw, list):
        raise UnexpectedAnswer(system, f"not_a_list.{what}")
    return [the_object(system, item, what) for item in raw]


@dataclass(frozen=True, slots=True)
class Values:
    """Typed access to one object of an answer. ``null`` and missing keys count as empty, unless the value is needed."""

    system: str
    raw: Mapping[str, object]
    zone: tzinfo = UTC  # of moments that name none

    @classmethod
    def of(cls, system: str, raw: object) -> Values:
        return cls(system, the_object(system, raw))

    def get(self, key: str) -> object:
        return self.raw.get(key)

    def holds(self, key: str) -> bool:
        return key in self.raw

    def needed(self, key: str) -> str:
        value = self.get(key)
        if isinstance(value, str) and value:
            return value
        raise self.wrong(key)

    def text(self, key: str) -> str:
        value = self.get(key)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        raise self.wrong(key)

    def trimmed(self, key: str) -> str:
        return self.text(key).strip()

    def digits(self, key: str) -> str:
        """A hash: lower case hex, or ""."""
        return self.trimmed(key).lower()

    def texts(self, key: str) -> tuple[str, ...]:
        """Without empty ones and repetitions, in their order."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key)
        return tuple(dict.fromkeys(item for item in value if item))

    def flag(self, key: str) -> bool:
        value = self.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self.wrong(key)

    def number(self, key: str) -> int | None:
        """Whole numbers, also those sent as text (64 bit numbers in JSON of gRPC services)."""
        value = self.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self.wrong(key)

    def number_or_0(self, key: str) -> int:
        return self.number(key) or 0

    def needed_number(self, key: str) -> int:
        number = self.number(key)
        if number is None:
            raise self.wrong(key)
        return number

    def moment(self, key: str) -> datetime | None:
        """ISO 8601 or ``YYYY-MM-DD HH:MM:SS``. Aware, in UTC."""
        value = self.get(key)
        if value is None or value == "":
            return None
        try:
            moment = datetime.fromisoformat(cast("str", value))
            return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            pass
        raise self.wrong(key)

    def needed_moment(self, key: str) -> datetime:
        moment = self.moment(key)
        if moment is None:
            raise self.wrong(key)
        return moment

    def unix_moment(self, key: str, unit: int = 1) -> datetime | None:
        """Since 1970: seconds, or so many to the second."""
        number = self.number(key)
        try:
            return datetime.fromtimestamp(number // unit, UTC) if number is not None else None
        except (ValueError, OverflowError, OSError):
            pass
        raise self.wrong(key)

    def rows(self, key: str) -> list[Mapping[str, object]]:
        """Objects; some systems leave out an empty list."""
        value = self.get(key)
        return the_rows(self.system, value, key) if value is not None else []

    def part(self, key: str) -> Mapping[str, object]:
        """An object within this one."""
        value = self.get(key)
        return the_object(self.system, value, key) if value is not None else {}

    def wrong(self, key: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(self.system, MALFORMED, field=key)


def of(read: Callable[[Any, str], T], key: str = "", **options: Any) -> T:
    """Declares a field of an ``Answered`` type: which method of ``Values`` reads it, and under which key."""
    return cast("T", field(metadata={"read": read, "key": key}, **options))


def the_whole() -> Mapping[str, object]:
    """Declares the field that keeps the object as it came."""
    return of(lambda values, _: values.raw, default_factory=dict, compare=False, repr=False)


class Answered:
    """A frozen dataclass that names only what we use of an object, each field by ``of``."""

    __slots__ = ()
    system: ClassVar[str]

    @classmethod
    def from_api(cls, raw: object) -> Self:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        return cls.read(Values(cls.system, the_object(cls.system, raw, cls.__name__)))

    @classmethod
    def read(cls, values: Values, **given: object) -> Self:
        """``given``: what the object itself does not tell."""
        return cls(**given, **{name: read(values, key) for name, read, key in _declared(cast("Any", cls))})


@lru_cache(maxsize=64)
def _declared(kind: Any) -> list[tuple[str, Callable[[Values, str], object], str]]:
    return [(each.name, each.metadata["read"], each.metadata["key"]) for each in fields(kind) if each.metadata]
