"""What a person must do, choose, or be told about a party that is on both sides. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from syncapp.engine.runs.planning import ConflictNeed, TaskNeed
from syncapp.flows.beteiligte import contacts as contact_plan
from syncapp.flows.beteiligte.actions import ADVOWARE, CRM
from syncapp.flows.beteiligte.agreement import Pair
from syncapp.flows.beteiligte.merge import Choice, Way
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.state import Merged, PartyState
from syncapp.flows.limits import Resource


def task_needs(state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide) -> Iterator[TaskNeed]:
    not_kept = {}
    for each in merged.fields:
        ours, theirs = state.values(each.name)
        if each.way is Way.BY_HAND:
            system, now, wanted = (CRM, ours, theirs) if each.to_crm else (ADVOWARE, theirs, ours)
            yield _value_need("value_by_hand", system, each.name, state, now, wanted)
        if each.way is Way.LEAVE and state.base.not_kept.get(each.name) == ours != theirs:
            not_kept[each.name] = ours
    yield from contact_plan.not_kept(not_kept, advoware)
    yield from contact_plan.needs(merged.contacts, state.base, crm, advoware)


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
