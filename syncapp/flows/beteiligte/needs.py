"""What a person must do, choose, or be told about a party that is on both sides. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from syncapp.engine.runs.planning import ConflictNeed, TaskNeed
from syncapp.flows.beteiligte.agreement import Agreed, Pair
from syncapp.flows.beteiligte.merge import Choice, Way
from syncapp.flows.beteiligte.merge_contacts import ContactOutcome
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.state import Merged, PartyState
from syncapp.flows.beteiligte.values import ADVOWARE, CRM
from syncapp.flows.limits import INSTEAD, Operation, Resource

NOT_KEPT = "contact:"  # begins the names of contacts among the values that Advoware did not keep


def task_needs(state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide) -> Iterator[TaskNeed]:
    refused = {}
    for each in merged.fields:
        ours, theirs = state.values(each.name)
        if each.way is Way.BY_HAND:
            system, now, wanted = (CRM, ours, theirs) if each.to_crm else (ADVOWARE, theirs, ours)
            yield _value_need("value_by_hand", system, each.name, state, now, wanted)
        if each.way is Way.LEAVE and state.base.not_kept.get(each.name) == ours != theirs:
            refused[each.name] = ours
    yield from not_kept(refused, advoware)
    yield from contact_needs(merged.contacts, state.base, crm, advoware)


def contact_needs(outcome: ContactOutcome, base: Agreed, crm: CrmSide, advoware: AdvowareSide) -> Iterator[TaskNeed]:
    number = str(advoware.number)
    ours, theirs = crm.reading.contacts or {}, advoware.reading.contacts or {}
    for key in sorted(outcome.stuck):
        facts = (
            (str(ours[key].kind), f"{theirs[key].text} ({theirs[key].kind})", f"{ours[key].text} ({ours[key].kind})"),
        )
        kind = INSTEAD[Resource.CONTACT, Operation.CHANGE_TYPE]
        yield TaskNeed(kind, ADVOWARE, _short(key), Resource.PARTY, number, facts)
    open_still = {NOT_KEPT + key for key in set(ours) - set(theirs)}
    yield from not_kept({name: text for name, text in base.not_kept.items() if name in open_still}, advoware)
    if not base.known:
        return  # what was unreadable before our time is nobody's edit
    for system, now, then in (
        (CRM, crm.reading.unreadable, base.crm_unreadable),
        (ADVOWARE, advoware.reading.unreadable, base.advoware_unreadable),
    ):
        for value in sorted(now - then):
            yield TaskNeed(
                "contact_unreadable", system, _short(value), Resource.PARTY, number, (("kontakt", value, ""),)
            )


def not_kept(values: Mapping[str, str], advoware: AdvowareSide) -> Iterator[TaskNeed]:
    """`values`: as in `Agreed.not_kept`, fields and contacts."""
    for name, wanted in sorted(values.items()):
        key = name.removeprefix(NOT_KEPT)
        fact = (name, advoware.reading.fields.get(name, ""), wanted) if key == name else ("kontakt", "", wanted)
        yield TaskNeed("value_not_kept", ADVOWARE, _short(key), Resource.PARTY, str(advoware.number), (fact,))


def _short(value: str) -> str:
    """Keys of tasks have 64 characters at most."""
    return value if len(value) <= 64 else f"{value[:51]} {sha256(value.encode()).hexdigest()[:12]}"


def notices(state: PartyState, merged: Merged) -> Iterator[TaskNeed]:
    """What staff are told before it is written: a change of one side is replaced by that of the other."""
    for each in merged.fields:
        if each.loser and each.way is Way.CARRY and not state.waits(each):
            ours, theirs = state.values(each.name)
            system, replaced = (ADVOWARE, theirs) if each.to_advoware else (CRM, ours)
            yield _value_need("value_overruled", system, each.name, state, each.target, replaced)


def _value_need(kind: str, system: str, name: str, state: PartyState, now: str, wanted: str) -> TaskNeed:
    return TaskNeed(kind, system, name, Resource.PARTY, str(state.number), ((name, now, wanted),))


def waiting_decisions(state: PartyState, merged: Merged) -> Iterator[ConflictNeed]:
    """What a person has chosen and can't be written yet, because writing to that side is switched off."""
    for each in merged.fields:
        chosen = Choice(CRM if each.to_advoware else ADVOWARE, *state.values(each.name))
        if state.waits(each) and state.choices.get(each.name) == chosen:
            yield conflict_need(each.name, state)


def conflict_need(name: str, state: PartyState) -> ConflictNeed:
    return ConflictNeed(name, state.base.fields.get(name, Pair("", "")).crm, *state.values(name))
