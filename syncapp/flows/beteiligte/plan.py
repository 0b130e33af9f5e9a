"""What is to be done about a party, out of what was read on both sides. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from syncapp.engine.runs.planning import ConflictNeed, Ending, Failed, InConflict, Plan, Settled, Skipped, TaskNeed
from syncapp.flows.beteiligte import contacts as contact_plan
from syncapp.flows.beteiligte import missing
from syncapp.flows.beteiligte.actions import ADVOWARE, CRM, Action, SaveParty, WriteCrm
from syncapp.flows.beteiligte.held import held_back, held_ending
from syncapp.flows.beteiligte.merge import Way
from syncapp.flows.beteiligte.merge_contacts import NO_CONTACTS
from syncapp.flows.beteiligte.needs import conflict_need, task_needs
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.state import Merged, PartyState, Shown, Why, merge


def plan(state: PartyState) -> Plan:
    if state.untouched:
        return Plan(Settled())
    if state.crm is None:
        return missing.deleted(state)
    if state.taken_by:
        return Plan(Failed(Why.NUMBER_TAKEN, str(state.number)))
    if state.number is None:
        return missing.create(state, state.crm)
    if state.advoware is None:
        return missing.gone(state, state.crm, state.number)
    return _agree(state, state.crm, state.advoware)


def _agree(state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> Plan:
    merged = merge(state)
    conflicts = tuple(
        conflict_need(each.name, state, crm, advoware) for each in merged.fields if each.way is Way.CONFLICT
    )
    needs = tuple(need for need in task_needs(state, merged, crm, advoware) if need.identity not in state.closed)
    there = _to_advoware(state, merged, advoware)
    write = _to_crm(state, merged, conflicts, waits=bool(needs) or (bool(there) and ADVOWARE not in state.writable))
    tells = _is_to_tell(state, write, there)
    wanted = [*there, *([write] if tells or write.changes else [])]
    actions, held = held_back(wanted, state, tells=tells)
    return Plan(_ending(conflicts, held, needs), actions, _notes(crm, advoware), held, needs, conflicts)


def _ending(conflicts: tuple[ConflictNeed, ...], held: tuple[Action, ...], needs: tuple[TaskNeed, ...]) -> Ending:
    if conflicts:
        return InConflict(Why.BOTH_CHANGED, ", ".join(each.field for each in conflicts))
    if held:
        return held_ending(held)
    return Skipped(Why.TASK_OPEN) if needs else Settled()


def _to_advoware(state: PartyState, merged: Merged, advoware: AdvowareSide) -> list[Action]:
    targets = {each.name: each.target for each in merged.fields if each.to_advoware and each.way is Way.CARRY}
    actions: list[Action] = []
    if targets:
        actions.append(SaveParty(targets, frozenset(targets) & frozenset(state.taking_back.fields)))
    return [*actions, *contact_plan.towards_advoware(merged.contacts, advoware.entries, state.rules)]


def _to_crm(state: PartyState, merged: Merged, conflicts: tuple[ConflictNeed, ...], *, waits: bool) -> WriteCrm:
    targets = {each.name: each.target for each in merged.fields if each.to_crm and each.way is Way.CARRY}
    contacts = merged.contacts if merged.contacts_to_crm else NO_CONTACTS
    write = WriteCrm(targets, contacts.to_crm, contacts.from_crm, contacts.retype)
    waits |= write.changes and CRM not in state.writable
    return replace(write, status=Shown.CONFLICT if conflicts else Shown.UNCLEAN if waits else Shown.CLEAN)


def _is_to_tell(state: PartyState, write: WriteCrm, there: Iterable[Action]) -> bool:
    """Whether what the CRM shows of the sync has to change, whatever else is written to it."""
    shown = state.crm.shown.get("status", write.status) if state.crm else write.status
    changes_advoware = any(action.system in state.writable for action in there)
    return changes_advoware or state.stale_bookkeeping or shown != write.status


def _notes(crm: CrmSide, advoware: AdvowareSide) -> tuple[str, ...]:
    unclear = sorted(crm.reading.unclear | advoware.reading.unclear)
    return tuple(f"{name}: a value that is not in the table is kept as it is" for name in unclear)
