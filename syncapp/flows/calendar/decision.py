"""What is to be done about one appointment. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, WHEN
from syncapp.flows.lens import core as lens
from syncapp.flows.lens import declaration
from syncapp.flows.lens.core import Raw
from syncapp.flows.lens.declaration import Outcome, Side
from syncapp.flows.lens.records import Merged

_TELLING = (lens.Why.SERIES, lens.Why.FIXED)  # their details say all
_OPEN = (declaration.What.CANT_HOLD, declaration.What.UNREADABLE)


class What(Enum):
    NOTHING = "both sides agree"
    INSERT = "insert into Google"
    UPDATE_GOOGLE = "change in Google"
    DELETE_GOOGLE = "delete in Google"
    CREATE = "create in Advoware"
    UPDATE_ADVOWARE = "change in Advoware"
    DELETE_ADVOWARE = "delete in Advoware"
    UPDATE_BOTH = "change on both sides"
    FORGET = "gone on both sides"
    BY_HAND = "a person must change it"
    ASK = "a person must say what belongs together"
    LEAVE = "left as it is"
    UNREADABLE = "can't be read"


UPDATES: Mapping[frozenset[Side], What] = {
    frozenset(): What.NOTHING,
    frozenset({ADVOWARE}): What.UPDATE_ADVOWARE,
    frozenset({GOOGLE}): What.UPDATE_GOOGLE,
    frozenset({ADVOWARE, GOOGLE}): What.UPDATE_BOTH,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """`merged`: both sides as they are to be. `detail`: why by hand, or the field that can't be read. `at`: where a
    person does what is by hand as a whole."""

    what: What
    merged: Merged[Raw, Raw] | None = None
    detail: str = ""
    at: Side = ADVOWARE

    @property
    def steps(self) -> tuple[What, ...]:
        return (What.UPDATE_ADVOWARE, What.UPDATE_GOOGLE) if self.what is What.UPDATE_BOTH else (self.what,)

    @property
    def towards_advoware(self) -> bool:
        return self.steps[0] in (What.CREATE, What.UPDATE_ADVOWARE, What.DELETE_ADVOWARE)

    @property
    def outcomes(self) -> Mapping[str, Outcome[Any]]:
        return self.merged.outcomes if self.merged else {}

    @property
    def left_open(self) -> Mapping[str, Outcome[Any]]:
        """Fields that a person must bring over."""
        return {name: outcome for name, outcome in self.outcomes.items() if outcome.what in _OPEN}

    @property
    def overruled(self) -> Mapping[str, Outcome[Any]]:
        """By which a side's own edit is replaced."""
        puts = {name: each for name, each in self.outcomes.items() if each.what is declaration.What.PUT}
        return {name: each for name, each in puts.items() if each.loser}

    @property
    def needs_a_person(self) -> bool:
        return self.what in (What.BY_HAND, What.UNREADABLE) or bool(self.left_open)

    def left_at(self, side: Side) -> Mapping[str, Outcome[Any] | None]:
        """What a person must bring over to that side; all that makes an appointment stands under its times."""
        if self.left_open:
            return {name: each for name, each in self.left_open.items() if side in (each.to or (ADVOWARE,))}
        return {WHEN: None} if self.needs_a_person and side is self.at else {}

    @property
    def why(self) -> str:
        return str(lens.Why.UNREADABLE) if self.what is What.UNREADABLE else self.detail


def reason_of(outcomes: Iterable[Outcome[Any]]) -> str:
    """Why the first of the fields that are left open is; "" when none is."""
    for outcome in outcomes:
        if outcome.what is declaration.What.UNREADABLE:
            return str(lens.Why.UNREADABLE)
        if (reason := outcome.reason) is not None:
            return reason.detail if reason.detail and reason.reason in _TELLING else reason.code
    return ""
