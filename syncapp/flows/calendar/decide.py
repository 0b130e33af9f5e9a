"""What is to be done about one appointment, out of what both sides show and the last agreement. Pure.

An edit beats a deletion. When both sides edited the same field Advoware's holds, unless the installation says
otherwise. What left the window that is compared is not deleted. What no program may change on a side is led by that
side: nothing is written there, and what the other side wants is for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncapp.flows.calendar.decision import UPDATES, Decision, What, reason_of
from syncapp.flows.calendar.fields import (
    ADVOWARE,
    CONTENTS,
    GOOGLE,
    NO_TEXT,
    WHEN,
    Appointment,
    Declared,
    said,
    span,
    with_all,
)
from syncapp.flows.calendar.sides import Fixed, Missing, Pair, Rules, Shown
from syncapp.flows.lens import core as lens
from syncapp.flows.lens import declaration
from syncapp.flows.lens.core import EMPTY, CantHold, Raw, Unreadable
from syncapp.flows.lens.declaration import Field, Holds, Outcome, Side, Way
from syncapp.flows.lens.records import Asked, Merged, cannot, merge

BLOCKED = "blocked"  # what an anonymised calendar shows instead of the text
HIDDEN: Appointment = {"text": BLOCKED, "place": EMPTY, "note": EMPTY}
WHICH = "which"  # why nothing is done: a person says what belongs together
EMPTY_APPOINTMENT: Raw = {"text": NO_TEXT, "ort": "", "notiz": "", "privat": 0}


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
    """An event that shows no contents, because it was written without, tells its times only, whatever is wanted now.
    That of another organiser is never written, so it shows what it says."""
    others = isinstance(pair.google, Shown) and bool(pair.google.fixed)
    agreed = {name: base.there for name, base in pair.bases.items()}
    shown = (agreed, said(rules.fields, GOOGLE, raw))
    blocked = any({name: each.get(name) for name in CONTENTS} == HIDDEN for each in shown)
    return blocked or not (rules.show_contents or others)


def _merged(
    pair: Pair, here: Raw, there: Raw, rules: Rules, *, hidden: bool, derived: bool = False, way: Way = Way.BOTH
) -> Merged[Raw, Raw]:
    """`derived`: Advoware's holds whatever was edited in Google."""
    wanted = {**said(rules.fields, ADVOWARE, here), **({} if rules.show_contents else HIDDEN)}
    names = {each.name for each in rules.fields if derived or (hidden and each.name in CONTENTS)}
    one_way = names | {"private"} if hidden else names
    holds = Holds.THERE if rules.google_wins else Holds.HERE
    ways = {each.name: Way.TO_THERE if each.name in one_way else way for each in rules.fields}
    fields = (replace(each, rule=holds, way=ways[each.name]) for each in pair.fields(rules))
    forced = {name: value for name in names if not isinstance(value := wanted[name], Unreadable)}
    return merge(fields, here, there, pair.bases, Asked(holds, forced=forced))


def _both(pair: Pair, advoware: Shown, google: Shown, rules: Rules) -> Decision:
    hidden = _hides(pair, google.raw, rules)
    derived = advoware.fixed == Fixed.DERIVED
    if google.fixed or (advoware.fixed and not derived):
        return _led(pair, advoware, google, rules, hidden=hidden)
    merged = _merged(pair, advoware.raw, google.raw, rules, hidden=hidden, derived=derived)
    if derived:
        return _decided(merged, {name: _replacing(pair, name, each, GOOGLE) for name, each in merged.outcomes.items()})
    if hidden:
        return _decided(merged, merged.outcomes)
    return _decided(merged, {each.name: _kept(each, merged.outcomes[each.name]) for each in rules.fields})


def _led(pair: Pair, advoware: Shown, google: Shown, rules: Rules, *, hidden: bool) -> Decision:
    """One side can't be written, or neither. What differs when they meet first is not replaced in Advoware."""
    way = Way.OFF if google.fixed and advoware.fixed else Way.TO_HERE if google.fixed else Way.TO_THERE
    fields = tuple(replace(each, way=way) for each in _counting(pair.fields(rules), hidden=hidden))
    if google.fixed:
        merged = merge(fields, advoware.raw, google.raw, pair.bases)
    else:
        merged = _merged(pair, advoware.raw, google.raw, rules, hidden=hidden, way=way)
    if way is Way.OFF:
        same = all(each.what is declaration.What.AGREED for each in merged.outcomes.values())
        return Decision(What.NOTHING, merged) if same else Decision(What.LEAVE)
    closed, reason = (GOOGLE, google.fixed) if google.fixed else (ADVOWARE, advoware.fixed)
    outcomes = dict(merged.outcomes)
    for each in fields:
        outcome = _replacing(pair, each.name, merged.outcomes[each.name], closed.other)
        left = outcome.what is declaration.What.LEFT
        if left and (each.name not in pair.bases or outcome.of(closed.other) != pair.bases[each.name].of(closed.other)):
            outcome = cannot(outcome, closed, CantHold(lens.Why.FIXED, reason))
        outcomes[each.name] = _kept(each, outcome)
    return _decided(merged, outcomes)


def _decided(merged: Merged[Raw, Raw], outcomes: Mapping[str, Outcome[Any]]) -> Decision:
    puts = (each.to for each in outcomes.values() if each.what is declaration.What.PUT)
    what, detail = UPDATES[frozenset(side for to in puts for side in to)], reason_of(outcomes.values())
    merged = replace(merged, outcomes=outcomes)
    return Decision(What.BY_HAND if detail and what is What.NOTHING else what, merged, detail)


def _kept(each: Field[Raw, Raw, Any], outcome: Outcome[Any]) -> Outcome[Any]:
    """What both sides left as it is, though neither can have made it of the other's, one of them once did not keep."""
    here, there = outcome.here, outcome.there
    if outcome.what is not declaration.What.LEFT or isinstance(here, Unreadable) or isinstance(there, Unreadable):
        return outcome
    explained = each.here.kept(there, here) or each.there.kept(here, there)
    return outcome if explained else cannot(outcome, ADVOWARE, CantHold(lens.Why.NOT_KEPT))


def _replacing(pair: Pair, name: str, outcome: Outcome[Any], side: Side) -> Outcome[Any]:
    """With that side as the loser, if its own edit is replaced though it never had a say."""
    base = pair.bases.get(name)
    replaced = outcome.what is declaration.What.PUT and base is not None and outcome.of(side) != base.of(side)
    return replace(outcome, loser=side) if replaced else outcome


def _only_advoware(pair: Pair, advoware: Shown, google: Missing, rules: Rules) -> Decision:
    derived = advoware.fixed == Fixed.DERIVED
    if span(rules.fields, ADVOWARE, advoware.raw) is None:
        return Decision(What.UNREADABLE, detail=WHEN)
    deleted = google is Missing.GONE and pair.bases and not derived
    if deleted and not edited(pair, ADVOWARE, advoware.raw, rules):
        return _deletion(What.DELETE_ADVOWARE, ADVOWARE, advoware)
    # An edit beats a deletion. What was not edited, and Advoware can't hold, is known from the last agreement.
    there = _as_agreed(pair, GOOGLE, {}, rules)
    hidden = _hides(pair, there, rules)
    return _creation(What.INSERT, _merged(pair, advoware.raw, there, rules, hidden=hidden, derived=derived))


def _only_google(pair: Pair, advoware: Missing, google: Shown, rules: Rules) -> Decision:
    if not (google.is_appointment or pair.bases):
        return Decision(What.LEAVE)  # none of the kinds that are appointments
    if advoware is Missing.OUTSIDE:
        return Decision(What.NOTHING)
    if google.beyond:
        return Decision(What.BY_HAND, detail=google.beyond)
    if span(rules.fields, GOOGLE, google.raw) is None:
        return Decision(What.UNREADABLE, detail=WHEN)
    if not pair.bases and pair.marked:
        return Decision(What.LEAVE)  # without an appointment or our memory of one nobody knows what a person wants
    if pair.bases and not pair.restored and not edited(pair, GOOGLE, google.raw, rules):
        return _deletion(What.DELETE_GOOGLE, GOOGLE, google)
    here = _as_agreed(pair, ADVOWARE, EMPTY_APPOINTMENT, rules)
    # What was never agreed tells everything, in a calendar without contents too.
    hidden = bool(pair.bases) and _hides(pair, google.raw, rules)
    way = Way.TO_HERE if google.fixed else Way.BOTH
    return _creation(What.CREATE, _merged(pair, here, google.raw, rules, hidden=hidden, way=way))


def _deletion(what: What, side: Side, shown: Shown) -> Decision:
    return Decision(What.BY_HAND, detail=shown.fixed, at=side) if shown.fixed else Decision(what)


def _as_agreed(pair: Pair, side: Side, raw: Raw, rules: Rules) -> Raw:
    """What a side had at the last agreement."""
    return with_all(rules.fields, side, raw, {name: base.of(side) for name, base in pair.bases.items()})


def _creation(what: What, merged: Merged[Raw, Raw]) -> Decision:
    """Without its times none can be made."""
    decision = Decision(what, merged, reason_of(merged.outcomes.values()))
    return replace(decision, what=What.BY_HAND) if WHEN in decision.left_open else decision
