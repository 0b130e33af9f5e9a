"""What a person must do, choose, or be told about a party that is on both sides. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from syncapp.engine.runs.planning import ConflictNeed, TaskNeed
from syncapp.flows.beteiligte import contacts as contact_plan
from syncapp.flows.beteiligte.actions import ADVOWARE, CRM
from syncapp.flows.beteiligte.agreement import Pair
from syncapp.flows.beteiligte.merge import Choice, FieldOutcome, Way
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.state import Merged, PartyState, merge
from syncapp.flows.limits import Resource


def task_needs(state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide) -> Iterable[TaskNeed]:
    for each in merged.fields:
        if each.way is Way.BY_HAND:
            yield _by_hand(each.name, crm, advoware, to_crm=each.to_crm)
        wanted = state.base.not_kept.get(each.name)
        ours, theirs = crm.reading.fields.get(each.name, ""), advoware.reading.fields.get(each.name, "")
        if wanted is not None and wanted == ours != theirs and each.way is Way.LEAVE:
            yield not_kept(each.name, wanted, advoware)
    yield from contact_plan.needs(merged.contacts, state.base, crm, advoware)


def _by_hand(name: str, crm: CrmSide, advoware: AdvowareSide, *, to_crm: bool = False) -> TaskNeed:
    ours, theirs = crm.reading.fields.get(name, ""), advoware.reading.fields.get(name, "")
    system, now, wanted = (CRM, ours, theirs) if to_crm else (ADVOWARE, theirs, ours)
    return TaskNeed("value_by_hand", system, name, Resource.PARTY, str(advoware.number), ((name, now, wanted),))


def not_kept(name: str, wanted: str, advoware: AdvowareSide) -> TaskNeed:
    facts = ((name, advoware.reading.fields.get(name, ""), wanted),)
    return TaskNeed("value_not_kept", ADVOWARE, name, Resource.PARTY, str(advoware.number), facts)


def notices(state: PartyState) -> list[TaskNeed]:
    """What staff are told before it is written: a change of one side is replaced by that of the other."""
    crm, advoware = state.crm, state.advoware
    if crm is None or advoware is None:
        return []
    found = []
    for each in merge(state).fields:
        system = ADVOWARE if each.to_advoware else CRM
        if each.loser and each.way is Way.CARRY and system in state.writable:
            reading = advoware.reading if system == ADVOWARE else crm.reading
            facts = ((each.name, each.target, reading.fields.get(each.name, "")),)
            found.append(TaskNeed("value_overruled", system, each.name, Resource.PARTY, str(advoware.number), facts))
    return found


def waiting_decisions(state: PartyState) -> list[ConflictNeed]:
    """What a person has chosen and can't be written yet, because writing to that side is switched off."""
    crm, advoware = state.crm, state.advoware
    if crm is None or advoware is None:
        return []
    found = []
    for each in merge(state).fields:
        held = (each.to_crm and CRM not in state.writable) or (each.to_advoware and ADVOWARE not in state.writable)
        need = conflict_need(each.name, state, crm, advoware)
        if held and state.choices.get(each.name) == Choice(_source(each), need.espocrm, need.advoware):
            found.append(need)
    return found


def _source(each: FieldOutcome) -> str:
    return CRM if each.to_advoware else ADVOWARE


def conflict_need(name: str, state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> ConflictNeed:
    agreed = state.base.fields.get(name, Pair("", ""))
    return ConflictNeed(name, agreed.crm, crm.reading.fields.get(name, ""), advoware.reading.fields.get(name, ""))
