"""What is to be done about one appointment, out of what both sides show and the last agreement. Pure.

An edit beats a deletion. When both sides edited the same field Advoware's holds, unless the installation says
otherwise. What left the window that is compared is not deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.fields import (
    ADVOWARE,
    CONTENTS,
    GOOGLE,
    NO_TEXT,
    WHEN,
    Appointment,
    Declared,
    declared,
    said,
    span,
    with_all,
)
from syncapp.flows.lens import core as lens
from syncapp.flows.lens import declaration
from syncapp.flows.lens.core import EMPTY, CantHold, Raw, Unreadable
from syncapp.flows.lens.declaration import Base, Field, Holds, Outcome, Side, Way
from syncapp.flows.lens.records import Asked, Merged, cannot, merge

BLOCKED = "blocked"  # what an anonymised calendar shows instead of the text
HIDDEN: Appointment = {"text": BLOCKED, "place": EMPTY, "note": EMPTY}
WHICH = "which"  # why nothing is done: a person says what belongs together
EMPTY_APPOINTMENT: Raw = {"text": NO_TEXT, "ort": "", "notiz": "", "privat": 0}
_OPEN = (declaration.What.CANT_HOLD, declaration.What.UNREADABLE)


class Missing(Enum):
    """Why a side shows no appointment."""

    NEVER = "there was none"
    GONE = "it was deleted"
    OUTSIDE = "it was not looked for: it lies outside of the window"


@dataclass(frozen=True, slots=True)
class Shown:
    """An appointment as a side has it. `beyond`: why it is none that the other side can have. `read_only`: nobody may
    write it."""

    raw: Raw
    read_only: bool = False
    beyond: str = ""


Shows = Shown | Missing


@dataclass(frozen=True, slots=True)
class Pair:
    """`bases`: the last agreement, by field; none: never agreed. `marked`: Google's event bears our mark and the number
    of this appointment. `restored`: it was deleted on both sides, and is there again."""

    advoware: Shows
    google: Shows
    bases: Mapping[str, Base[Any]] = field(default_factory=dict)
    marked: bool = False
    restored: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """`google_wins`: when both sides edited a field. `show_contents`: else Google only shows when somebody is busy."""

    zone: ZoneInfo
    google_wins: bool = False
    show_contents: bool = True

    @property
    def fields(self) -> Declared:
        return declared(self.zone)


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
    BY_HAND = "a person must change it in Advoware"
    ASK = "a person must say what belongs together"
    LEAVE = "left as it is"
    UNREADABLE = "can't be read"


_UPDATES = {
    frozenset[Side](): What.NOTHING,
    frozenset({ADVOWARE}): What.UPDATE_ADVOWARE,
    frozenset({GOOGLE}): What.UPDATE_GOOGLE,
    frozenset({ADVOWARE, GOOGLE}): What.UPDATE_BOTH,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """`merged`: both sides as they are to be. `detail`: why by hand, or the field that can't be read. `overruled`: the
    outcomes by which a side's own edit is replaced."""

    what: What
    merged: Merged[Raw, Raw] | None = None
    detail: str = ""
    overruled: Mapping[str, Outcome[Any]] = field(default_factory=dict)

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
    def needs_a_person(self) -> bool:
        return self.what in (What.BY_HAND, What.UNREADABLE) or bool(self.left_open)

    @property
    def why(self) -> str:
        return str(lens.Why.UNREADABLE) if self.what is What.UNREADABLE else self.detail


def decide(pair: Pair, rules: Rules) -> Decision:
    advoware, google = pair.advoware, pair.google
    if isinstance(advoware, Shown):
        if isinstance(google, Shown):
            return _both(pair, advoware, google, rules)
        return _only_advoware(pair, advoware, google, rules)
    if isinstance(google, Shown):
        return _only_google(pair, advoware, google, rules)
    if advoware is Missing.OUTSIDE:
        return Decision(What.LEAVE)  # deleted in Google too; nothing is decided without a look at Advoware
    return Decision(What.FORGET)


def edited(pair: Pair, side: Side, raw: Raw, rules: Rules) -> bool:
    """Whether a side says something else than at the last agreement, where it says what its people mean."""
    fields = _counting(rules.fields, hidden=side is GOOGLE and _hides(pair, raw, rules))
    return any(
        each.name not in pair.bases or each.lens(side).get(raw) != pair.bases[each.name].of(side) for each in fields
    )


def _counting(fields: Declared, *, hidden: bool) -> Declared:
    return tuple(each for each in fields if not (hidden and each.name in CONTENTS))


def _hides(pair: Pair, raw: Raw, rules: Rules) -> bool:
    """An event that shows no contents, because it was written without, tells its times only, whatever is wanted now."""
    agreed = {name: base.there for name, base in pair.bases.items()}
    shown = (agreed, said(rules.fields, GOOGLE, raw))
    return not rules.show_contents or any({name: each.get(name) for name in CONTENTS} == HIDDEN for each in shown)


def _merged(
    pair: Pair, here: Raw, there: Raw, rules: Rules, *, hidden: bool, read_only: bool = False, way: Way = Way.BOTH
) -> Merged[Raw, Raw]:
    """`read_only`: Advoware's holds whatever was edited in Google."""
    wanted = {**said(rules.fields, ADVOWARE, here), **({} if rules.show_contents else HIDDEN)}
    names = {each.name for each in rules.fields if read_only or (hidden and each.name in CONTENTS)}
    one_way = names | {"private"} if hidden else names
    holds = Holds.THERE if rules.google_wins else Holds.HERE
    fields = (replace(each, rule=holds, way=Way.TO_THERE if each.name in one_way else way) for each in rules.fields)
    forced = {name: value for name in names if not isinstance(value := wanted[name], Unreadable)}
    return merge(fields, here, there, pair.bases, Asked(holds, forced=forced))


def _both(pair: Pair, advoware: Shown, google: Shown, rules: Rules) -> Decision:
    hidden = _hides(pair, google.raw, rules)
    if google.read_only:
        as_they_are = _merged(pair, advoware.raw, google.raw, rules, hidden=False, way=Way.OFF)
        counting = (as_they_are.outcomes[each.name].what for each in _counting(rules.fields, hidden=hidden))
        same = all(what is declaration.What.AGREED for what in counting)
        return Decision(What.NOTHING, as_they_are) if same else Decision(What.LEAVE)
    merged = _merged(pair, advoware.raw, google.raw, rules, hidden=hidden, read_only=advoware.read_only)
    if not (hidden or advoware.read_only):
        merged = replace(merged, outcomes={each.name: _kept(each, merged.outcomes[each.name]) for each in rules.fields})
    puts = {name: each for name, each in merged.outcomes.items() if each.what is declaration.What.PUT}
    what = _UPDATES[frozenset(side for each in puts.values() for side in each.to)]
    replaced = {
        name: each
        for name, each in puts.items()
        if each.loser or (advoware.read_only and name in pair.bases and each.there != pair.bases[name].there)
    }
    detail = _reason(merged)
    return Decision(What.BY_HAND if detail and what is What.NOTHING else what, merged, detail, replaced)


def _kept(each: Field[Raw, Raw, Any], outcome: Outcome[Any]) -> Outcome[Any]:
    """What both sides left as it is, though neither can have made it of the other's, one of them once did not keep."""
    here, there = outcome.here, outcome.there
    if outcome.what is not declaration.What.LEFT or isinstance(here, Unreadable) or isinstance(there, Unreadable):
        return outcome
    explained = each.here.kept(there, here) or each.there.kept(here, there)
    return outcome if explained else cannot(outcome, ADVOWARE, CantHold(lens.Why.NOT_KEPT))


def _only_advoware(pair: Pair, advoware: Shown, google: Missing, rules: Rules) -> Decision:
    if span(rules.fields, ADVOWARE, advoware.raw) is None:
        return Decision(What.UNREADABLE, detail=WHEN)
    deleted = google is Missing.GONE and pair.bases and not advoware.read_only
    if deleted and not edited(pair, ADVOWARE, advoware.raw, rules):
        return Decision(What.DELETE_ADVOWARE)
    # An edit beats a deletion. What was not edited, and Advoware can't hold, is known from the last agreement.
    there = _as_agreed(pair, GOOGLE, {}, rules)
    hidden = _hides(pair, there, rules)
    return _creation(
        What.INSERT, _merged(pair, advoware.raw, there, rules, hidden=hidden, read_only=advoware.read_only)
    )


def _only_google(pair: Pair, advoware: Missing, google: Shown, rules: Rules) -> Decision:
    if google.read_only:
        return Decision(What.LEAVE)
    if advoware is Missing.OUTSIDE:
        return Decision(What.NOTHING)
    if google.beyond:
        return Decision(What.BY_HAND, detail=google.beyond)
    if span(rules.fields, GOOGLE, google.raw) is None:
        return Decision(What.UNREADABLE, detail=WHEN)
    if not pair.bases and pair.marked:
        return Decision(What.LEAVE)  # without an appointment or our memory of one nobody knows what a person wants
    if pair.bases and not pair.restored and not edited(pair, GOOGLE, google.raw, rules):
        return Decision(What.DELETE_GOOGLE)
    here = _as_agreed(pair, ADVOWARE, EMPTY_APPOINTMENT, rules)
    # What was never agreed tells everything, in a calendar without contents too.
    hidden = bool(pair.bases) and _hides(pair, google.raw, rules)
    return _creation(What.CREATE, _merged(pair, here, google.raw, rules, hidden=hidden))


def _as_agreed(pair: Pair, side: Side, raw: Raw, rules: Rules) -> Raw:
    """What a side had at the last agreement."""
    return with_all(rules.fields, side, raw, {name: base.of(side) for name, base in pair.bases.items()})


def _creation(what: What, merged: Merged[Raw, Raw]) -> Decision:
    """Without its times none can be made."""
    possible = merged.outcomes[WHEN].what not in _OPEN
    return Decision(what if possible else What.BY_HAND, merged, _reason(merged))


def _reason(merged: Merged[Raw, Raw]) -> str:
    """Why the first of the fields that are left open is; "" when none is."""
    for outcome in merged.outcomes.values():
        if outcome.what is declaration.What.UNREADABLE:
            return str(lens.Why.UNREADABLE)
        if outcome.reason is not None:
            return outcome.reason.detail if outcome.reason.reason is lens.Why.SERIES else outcome.reason.code
    return ""
