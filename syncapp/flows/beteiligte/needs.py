"""What a person must do, choose, or be told about a party that is on both sides. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from syncapp.engine.runs.planning import ConflictNeed, TaskNeed
from syncapp.flows.beteiligte.agreement import CONTACT, Agreed, placed
from syncapp.flows.beteiligte.comparison import Merged
from syncapp.flows.beteiligte.fields import ADVOWARE, CRM, SYSTEMS
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, foreign_values, value_of
from syncapp.flows.beteiligte.state import Choice, PartyState
from syncapp.flows.lens.core import EMPTY, CantHold, Said, Unreadable, Why, text_of
from syncapp.flows.lens.declaration import Base, Outcome, Side, Way, What
from syncapp.flows.limits import INSTEAD, Operation, Resource

ENTRY = "kontakt"  # stands for the field where a task is about one contact
Fact = tuple[str, str, str]


def task_needs(
    merged: Merged, agreed: Agreed, base: Agreed, crm: CrmSide, advoware: AdvowareSide
) -> Iterator[TaskNeed]:
    """`agreed`: with what a side did not keep, as it is or was; `base`: the last agreement before."""
    number = str(advoware.number or "")
    for name, outcome in sorted(merged.fields.items()):
        if outcome.what is What.UNREADABLE:
            side = _to_be_mended(outcome, base.fields.get(name))
            yield _value_need("value_by_hand", SYSTEMS[side], name, number, outcome.of(side), outcome.of(side.other))
        elif outcome.what is What.CANT_HOLD:
            (side,) = outcome.to
            fact = (name, text_of(outcome.of(side)), text_of(outcome.value))
            yield _cant_hold(side, name, number, fact, outcome.reason)
    for each, ours, theirs in foreign_values(crm, advoware):
        if each.way is not Way.OFF:
            side, now, wanted = (Side.HERE, ours, theirs) if ours is EMPTY else (Side.THERE, theirs, ours)
            fact = (each.name, text_of(now), text_of(wanted))
            yield _cant_hold(side, each.name, number, fact, CantHold(Why.WRONG_KIND))
    yield from _contacts(merged, base, number, crm, advoware)
    yield from _missed(agreed.not_kept, crm, advoware)


def _to_be_mended(outcome: Outcome[str], base: Base[str] | None) -> Side:
    """Where a person enters the other side's value: not where somebody edited, and rather what can be read."""
    for side in Side:
        if base and outcome.of(side) == base.of(side) and outcome.of(side.other) != base.of(side.other):
            return side
    return Side.THERE if isinstance(outcome.here, Unreadable) else Side.HERE


def _contacts(merged: Merged, base: Agreed, number: str, crm: CrmSide, advoware: AdvowareSide) -> Iterator[TaskNeed]:
    doubtful: dict[Side, list[str]] = {Side.HERE: [], Side.THERE: []}
    for key, outcome in sorted(merged.contacts.items()):
        text = merged.texts.get(key, key)
        if outcome.what is What.UNREADABLE:
            side = Side.HERE if isinstance(outcome.here, Unreadable) else Side.THERE
            doubtful[side].append(text)
        elif outcome.what is What.CANT_HOLD and outcome.reason == CantHold(Why.TYPE_FIXED):
            kind = INSTEAD[Resource.CONTACT, Operation.CHANGE_TYPE]
            ours, theirs = text_of(outcome.here), text_of(outcome.there)
            fact = (ours, f"{text} ({theirs})", f"{text} ({ours})")
            yield TaskNeed(kind, ADVOWARE, short(key), Resource.PARTY, number, (fact,))
        elif outcome.what is What.CANT_HOLD:
            fact = (ENTRY, text, "") if outcome.value is EMPTY else (ENTRY, "", text)
            yield _cant_hold(outcome.to[0], key, number, fact, outcome.reason)
    sides = ((Side.HERE, crm.contacts, base.contacts.here), (Side.THERE, advoware.contacts, base.contacts.there))
    for side, said, then in sides:
        for value in sorted(said.entries.unreadable if said else ()):
            perhaps = "" if value in then.unreadable else "; ".join(doubtful[side])
            facts = ((ENTRY, value, perhaps),)
            yield TaskNeed("contact_unreadable", SYSTEMS[side], short(value), Resource.PARTY, number, facts)


def _missed(values: Mapping[str, str], crm: CrmSide, advoware: AdvowareSide) -> Iterator[TaskNeed]:
    number = str(advoware.number)
    for noted, wanted in sorted(values.items()):
        if not is_open(noted, wanted, crm, advoware):
            continue
        side, name = placed(noted)
        key = name.removeprefix(CONTACT)
        if key == name:
            fact = (name, text_of((crm if side is Side.HERE else advoware).said[name]), wanted)
        else:
            fact = (ENTRY, "" if wanted else key, wanted)
        if side is Side.HERE:
            yield _cant_hold(side, key, number, fact, CantHold(Why.NOT_KEPT))
        else:
            yield TaskNeed("value_not_kept", ADVOWARE, short(key), Resource.PARTY, number, (fact,))


def is_open(noted: str, wanted: str, crm: CrmSide, advoware: AdvowareSide) -> bool:
    """Whether a value that was not kept is wanted still, and not there; `noted` as in `Agreed.not_kept`."""
    side, name = placed(noted)
    kept, source = (crm, advoware) if side is Side.HERE else (advoware, crm)
    if name.startswith(CONTACT):
        key = name.removeprefix(CONTACT)
        there, here = (key in each.contacts.entries.kinds if each.contacts else False for each in (kept, source))
        return here == bool(wanted) != there
    lenses = {each.name: each.lens(side) for each in crm.fields}
    said = kept.said.get(name)
    if name not in lenses or said is None or text_of(source.said.get(name)) != wanted:
        return False
    return isinstance(said, Unreadable) or not lenses[name].same(value_of(wanted), said)


def _cant_hold(side: Side, key: str, number: str, fact: Fact, reason: CantHold | None) -> TaskNeed:
    facts = (fact, ("reason", reason.code if reason else "", ""))
    return TaskNeed("cant_hold", SYSTEMS[side], short(key), Resource.PARTY, number, facts)


def short(value: str) -> str:
    """Keys of tasks have 64 characters at most."""
    return value if len(value) <= 64 else f"{value[:51]} {sha256(value.encode()).hexdigest()[:12]}"


def notices(state: PartyState, merged: Merged) -> Iterator[TaskNeed]:
    """What staff are told before it is written: a change of one side is replaced by that of the other."""
    for name, outcome in merged.fields.items():
        if outcome.loser is not None and outcome.what is What.PUT and not state.waits(outcome):
            lost = outcome.of(outcome.loser)
            system, number = SYSTEMS[outcome.loser], str(state.number)
            yield _value_need("value_overruled", system, name, number, outcome.value, lost)


def _value_need(kind: str, system: str, name: str, number: str, now: Said[str], wanted: Said[str]) -> TaskNeed:
    return TaskNeed(kind, system, name, Resource.PARTY, number, ((name, text_of(now), text_of(wanted)),))


def waiting_decisions(state: PartyState, merged: Merged) -> Iterator[ConflictNeed]:
    """What a person has chosen and can't be written yet, because writing to that side is switched off."""
    for name, outcome in merged.fields.items():
        shown = text_of(outcome.here), text_of(outcome.there)
        chosen = Choice(Side.HERE if Side.THERE in outcome.to else Side.THERE, *shown)
        if state.waits(outcome) and state.choices.get(name) == chosen:
            yield conflict_need(name, outcome, state.base)


def conflict_need(name: str, outcome: Outcome[str], base: Agreed) -> ConflictNeed:
    then = base.fields.get(name)
    return ConflictNeed(
        (CRM, ADVOWARE), name, text_of(then.here if then else None), text_of(outcome.here), text_of(outcome.there)
    )
