"""An appointment as both sides have it, and what they agreed on last. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.fields import Declared, declared
from syncapp.flows.lens.core import Raw
from syncapp.flows.lens.declaration import Base, Side
from syncapp.flows.lens.refused import Refusing


class Missing(Enum):
    """Why a side shows no appointment."""

    NEVER = "there was none"
    GONE = "it was deleted"
    OUTSIDE = "it was not looked for: it lies outside of the window"


class Fixed(StrEnum):
    """Why no program may change it, beside the special kinds of Google's events, which bear their own names."""

    DERIVED = "derived"  # Advoware makes it out of other entries
    ORGANIZER = "organizer"  # in Google only its organizer may
    LOCKED = "locked"
    FORBIDDEN = "forbidden"  # Google said so when it was written


@dataclass(frozen=True, slots=True)
class Shown:
    """An appointment as a side has it. `beyond`: why it is none that the other side can have. `fixed`: why no program
    may change it; "" = we may."""

    raw: Raw
    fixed: str = ""
    beyond: str = ""

    @property
    def is_appointment(self) -> bool:
        """Else a special kind of Google's."""
        return self.fixed in ("", *Fixed)


Shows = Shown | Missing


@dataclass(frozen=True, slots=True)
class Pair:
    """`bases`: the last agreement, by field; none: never agreed. `marked`: Google's event bears our mark and the number
    of this appointment. `restored`: it was deleted on both sides, and is there again. `refused`: values that a side did
    not take."""

    advoware: Shows
    google: Shows
    bases: Mapping[str, Base[Any]] = field(default_factory=dict)
    marked: bool = False
    restored: bool = False
    refused: Mapping[Side, Mapping[str, Any]] = field(default_factory=dict)

    def fields(self, rules: Rules) -> Declared:
        here, there = (self.refused.get(side, {}) for side in Side)
        return tuple(
            replace(
                each,
                here=Refusing(each.here, here[each.name]) if each.name in here else each.here,
                there=Refusing(each.there, there[each.name]) if each.name in there else each.there,
            )
            for each in rules.fields
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """`google_wins`: when both sides edited a field. `show_contents`: else Google only shows when somebody is busy."""

    zone: ZoneInfo
    google_wins: bool = False
    show_contents: bool = True

    @property
    def fields(self) -> Declared:
        return declared(self.zone)
