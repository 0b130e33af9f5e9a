"""What is to be done about a party of which one side is missing. Pure."""

from __future__ import annotations

from dataclasses import replace

from syncapp.engine.runs.planning import Plan, Settled, Skipped, TaskNeed
from syncapp.flows.beteiligte import contacts as contact_plan
from syncapp.flows.beteiligte.actions import ADVOWARE, CRM, Action, CreateParty, WriteCrm
from syncapp.flows.beteiligte.held import held_back, held_ending
from syncapp.flows.beteiligte.merge_contacts import NO_CONTACTS
from syncapp.flows.beteiligte.sides import CrmSide
from syncapp.flows.beteiligte.state import PartyState, Shown, Why
from syncapp.flows.limits import INSTEAD, Operation, Resource


def deleted(state: PartyState) -> Plan:
    need = None
    if state.number is None:
        need = _before_creating(state)
    elif state.advoware is not None:
        need = TaskNeed(INSTEAD[Resource.PARTY, Operation.DELETE], ADVOWARE, "", Resource.PARTY, str(state.number))
    if need is None or need.identity in state.closed:
        return Plan(Skipped(Why.ENTITY_GONE))
    return Plan(Skipped(Why.TASK_OPEN), tasks=(need,))


def gone(state: PartyState, crm: CrmSide, number: int) -> Plan:
    need = TaskNeed("party_gone", ADVOWARE, "", Resource.PARTY, str(number))
    told = crm.shown.get("status", Shown.DELETED) == Shown.DELETED
    actions, held = held_back([] if told else [WriteCrm(status=Shown.DELETED)], state)
    if need.identity in state.closed:
        return Plan(Skipped(Why.GONE_THERE, str(number)), actions, held_back=held)
    return Plan(Skipped(Why.TASK_OPEN), actions, held_back=held, tasks=(need,))


def create(state: PartyState, crm: CrmSide) -> Plan:
    need = _before_creating(state)
    if need is not None and need.identity not in state.closed:
        return Plan(Skipped(Why.TASK_OPEN), tasks=(need,))
    values = {name: value for name, value in crm.reading.fields.items() if value and name not in crm.reading.unclear}
    off = {each.name for each in state.table if state.rules.direction(each.name) in ("to_espocrm", "off")}
    values = {name: value for name, value in values.items() if name not in off}
    if not values.get("name"):
        return Plan(Skipped(Why.NO_NAME))
    contacts = crm.reading.contacts or {}
    added = contact_plan.towards_advoware(replace(NO_CONTACTS, to_advoware=contacts), (), state.rules)
    wanted: list[Action] = [CreateParty(values), *added, WriteCrm()]
    if ADVOWARE not in state.writable:
        return Plan(held_ending(wanted[:1]), held_back=tuple(wanted))
    return Plan(Settled(), tuple(wanted))


def _before_creating(state: PartyState) -> TaskNeed | None:
    """What a person must say before a party is created, because there may be one already."""
    if state.removed_number is not None:
        return TaskNeed("number_removed", CRM, "", Resource.PARTY, str(state.removed_number))
    if state.creation is not None:
        facts = tuple(("betnr", str(number), "") for number in state.creation.candidates)
        return TaskNeed("creation_uncertain", ADVOWARE, state.creation.key, Resource.PARTY, "", facts)
    return None
