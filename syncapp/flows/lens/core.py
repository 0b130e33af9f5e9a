"""A field as one side has it: what the side says of it, and the smallest change that makes it say something else. Pure.

The laws that every lens keeps are in tests/unit/flows/lens/laws.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Final, Generic, TypeAlias, TypeVar

V = TypeVar("V")
R = TypeVar("R")
Raw: TypeAlias = Mapping[str, Any]  # an object as a system answered it


class Nothing(Enum):
    EMPTY = "empty"


EMPTY: Final = Nothing.EMPTY


@dataclass(frozen=True, slots=True)
class Unreadable:
    """There is something, but nobody can say what it is. `shown`: as it stands there, for staff."""

    shown: str


class Why(StrEnum):
    """Why a side can't hold a value; words for staff are made of it at the edge."""

    UNREADABLE = "unreadable"  # what stands there can't be read, so it isn't overwritten
    REMARK = "remark"  # a person wrote something beside the value that would be lost with it
    INVALID = "invalid"  # the system's own validator refuses it
    EXTENSION = "extension"
    TOO_LONG = "too_long"
    SIGNS = "signs"
    NO_SUCH_OPTION = "no_such_option"
    NEEDED = "needed"  # the system takes none without it
    TYPE_FIXED = "type_fixed"  # an entry can't change its type after it was made
    NO_TYPE = "no_type"  # this installation keeps no entries of this type
    SERIES = "series"
    NO_TIME = "no_time"  # an appointment is never without one
    REFUSED = "refused"  # the system said so when it was written
    NOT_KEPT = "not_kept"  # it took the value and does not show it
    WRONG_KIND = "wrong_kind"  # a person has no such field, or a company
    FIXED = "fixed"  # no program may change it once it was made


@dataclass(frozen=True, slots=True)
class CantHold:
    reason: Why
    detail: str = ""

    @property
    def code(self) -> str:
        """As `syncapp.words.held_words` has words for it."""
        return f"{self.reason}:{self.detail}" if self.detail else str(self.reason)


Value: TypeAlias = V | Nothing
Said: TypeAlias = V | Nothing | Unreadable


def text_of(said: Said[str] | None) -> str:
    """As people read it; "" for nothing."""
    if isinstance(said, Unreadable):
        return said.shown
    return "" if said is None or isinstance(said, Nothing) else said


class Lens(ABC, Generic[R, V]):
    """One side's view of a field. `get` and `put` never raise, whatever stands there."""

    @abstractmethod
    def get(self, raw: R) -> Said[V]:
        """What this side says, in canonical form."""

    @abstractmethod
    def put(self, raw: R, value: Value[V]) -> R | CantHold:
        """`raw` itself when it says `value` already. What is unreadable is never overwritten."""

    def same(self, value: Value[V], said: Value[V]) -> bool:
        """Whether this side, saying `said`, says `value` as far as it can hold it."""
        return value == said

    def kept(self, written: Value[V], now: Value[V]) -> bool:
        """Whether `now` may be what this side has made of our own write by itself; never weaker than `same`."""
        return self.same(written, now)

    def lifted(self, full: V, before: V, after: V) -> V:  # noqa: ARG002  what holds all needs only the last
        """A person changed `before`, which is what this side holds of `full`, to `after`: the same edit of `full`."""
        return after


class Around(Lens[R, V]):
    """What is the same to the lens inside is the same here."""

    lens: Lens[object, V]

    def same(self, value: Value[V], said: Value[V]) -> bool:
        return self.lens.same(value, said)

    def kept(self, written: Value[V], now: Value[V]) -> bool:
        return self.lens.kept(written, now)

    def lifted(self, full: V, before: V, after: V) -> V:
        return self.lens.lifted(full, before, after)


@dataclass(frozen=True, slots=True)
class Attribute(Around[Raw, V]):
    """A field that is one attribute of an object. `any_case`: the system spells its names now so, now so."""

    name: str
    lens: Lens[object, V]
    any_case: bool = False

    def get(self, raw: Raw) -> Said[V]:
        return self.lens.get(raw.get(self.key(raw)))

    def put(self, raw: Raw, value: Value[V]) -> Raw | CantHold:
        key = self.key(raw)
        before = raw.get(key)
        after = self.lens.put(before, value)
        if isinstance(after, CantHold):
            return after
        return raw if after is before else {**raw, key: after}

    def key(self, raw: Raw) -> str:
        return key_of(raw, self.name) if self.any_case else self.name


@dataclass(frozen=True, slots=True)
class MadeOnce(Attribute[V]):
    """An attribute of objects that a program may make and never change. What is still to be made is an empty one."""

    def put(self, raw: Raw, value: Value[V]) -> Raw | CantHold:
        after = Attribute.put(self, raw, value)
        return CantHold(Why.FIXED) if raw and after is not raw and not isinstance(after, CantHold) else after


@dataclass(frozen=True, slots=True)
class Twice(Attribute[str]):
    """An attribute whose value people have written into a second one too: where it stands there, it stays in step, as
    far as it `fits`."""

    also: str = ""
    fits: Callable[[str], str] = str

    def put(self, raw: Raw, value: Value[str]) -> Raw | CantHold:
        after, said = Attribute.put(self, raw, value), self.get(raw)
        shown = self.lens.get(raw.get(self.also))
        twice = isinstance(said, str) and shown in (said, self.lens.get(self.fits(said)))
        if after is raw or isinstance(after, CantHold) or not twice:
            return after
        return {**after, self.also: self.fits(as_text(after[self.key(raw)]))}


def key_of(raw: Raw, name: str) -> str:
    """How the object itself spells the name; as given when it has none like it."""
    if name in raw:
        return name
    return next((key for key in raw if key.lower() == name.lower()), name)


def as_text(raw: object) -> str:
    return "" if raw is None else str(raw)


def changes(before: Raw, after: Raw) -> dict[str, Any]:
    """What a partial write has to name: the attributes that differ, and null for the parts of one that are gone."""
    patch = {}
    for name, value in after.items():
        old = before.get(name)
        if name in before and old == value:
            continue
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            value = {**dict.fromkeys(set(old) - set(value)), **value}
        patch[name] = value
    return patch
