"""What is to be done about a party, out of what was read on both sides. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from syncapp.engine.runs.planning import ConflictNeed, Ending, Failed, InConflict, Postponed, Settled, Skipped, TaskNeed
from syncapp.flows.beteiligte.actions import (
    Action,
    AddContact,
    CreateParty,
    EmptyContact,
    ReuseEntry,
    SaveParty,
    TakeBack,
    Unclear,
    WriteCrm,
)
from syncapp.flows.beteiligte.fields import Rules
from syncapp.flows.beteiligte.merge import Way
from syncapp.flows.beteiligte.merge_contacts import NO_CONTACTS, ContactOutcome
from syncapp.flows.beteiligte.needs import conflict_need, task_needs
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, Entry
from syncapp.flows.beteiligte.state import Merged, PartyPlan, PartyState, Shown, Why, merge
from syncapp.flows.beteiligte.values import ADVOWARE, CRM
from syncapp.flows.limits import INSTEAD, Operation, Resource

HELD_FOR = timedelta(days=1)  # switching writing on wakes what waits for it, so this is only a reminder


def plan(state: PartyState) -> PartyPlan:
    if state.untouched:
        return PartyPlan(Settled())
    if state.crm is None:
        return _deleted(state)
    if state.taken_by:
        return PartyPlan(Failed(Why.NUMBER_TAKEN, str(state.number)))
    if state.number is None:
        return _create(state, state.crm)
    if state.advoware is None:
        return _gone(state, state.crm, state.number)
    return _agree(state, state.crm, state.advoware)


def _deleted(state: PartyState) -> PartyPlan:
    need = None
    if state.number is None:
        need = _before_creating(state)
    elif state.advoware is not None:
        need = TaskNeed(INSTEAD[Resource.PARTY, Operation.DELETE], ADVOWARE, "", Resource.PARTY, str(state.number))
    if need is None or need.identity in state.closed:
        return PartyPlan(Skipped(Why.ENTITY_GONE))
    return PartyPlan(Skipped(Why.TASK_OPEN), tasks=(need,))


def _gone(state: PartyState, crm: CrmSide, number: int) -> PartyPlan:
    need = TaskNeed("party_gone", ADVOWARE, "", Resource.PARTY, str(number))
    told = crm.shown.get("status", Shown.DELETED) == Shown.DELETED
    actions, held = _held_back([] if told else [WriteCrm(status=Shown.DELETED)], state)
    if need.identity in state.closed:
        return PartyPlan(Skipped(Why.GONE_THERE, str(number)), actions, held_back=held)
    return PartyPlan(Skipped(Why.TASK_OPEN), actions, held_back=held, tasks=(need,))


def _create(state: PartyState, crm: CrmSide) -> PartyPlan:
    need = _before_creating(state)
    if need is not None and need.identity not in state.closed:
        return PartyPlan(Skipped(Why.TASK_OPEN), tasks=(need,))
    values = {name: value for name, value in crm.reading.fields.items() if value and name not in crm.reading.unclear}
    off = {each.name for each in state.table if state.rules.direction(each.name) in ("to_espocrm", "off")}
    values = {name: value for name, value in values.items() if name not in off}
    if any(each.needed and not values.get(each.name) for each in state.rules.fields):
        return PartyPlan(Skipped(Why.NO_NAME))
    contacts = crm.reading.contacts or {}
    added = towards_advoware(replace(NO_CONTACTS, to_advoware=contacts), (), state.rules)
    wanted: list[Action] = [CreateParty(values), *added, WriteCrm()]
    if ADVOWARE not in state.writable:
        return PartyPlan(_held_ending(wanted[:1]), held_back=tuple(wanted))
    return PartyPlan(Settled(), tuple(wanted))


def _before_creating(state: PartyState) -> TaskNeed | None:
    """What a person must say before a party is created, because there may be one already."""
    if state.removed_number is not None:
        return TaskNeed("number_removed", CRM, "", Resource.PARTY, str(state.removed_number))
    if state.creation is not None:
        facts = tuple(("betnr", str(number), "") for number in state.creation.candidates)
        return TaskNeed("creation_uncertain", ADVOWARE, state.creation.key, Resource.PARTY, "", facts)
    return None


def _agree(state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> PartyPlan:
    merged = merge(state)
    conflicts = tuple(conflict_need(each.name, state) for each in merged.fields if each.way is Way.CONFLICT)
    needs = tuple(need for need in task_needs(state, merged, crm, advoware) if need.identity not in state.closed)
    there = _to_advoware(state, merged, advoware)
    write = _to_crm(state, merged, conflicts, waits=bool(needs) or (bool(there) and ADVOWARE not in state.writable))
    tells = _is_to_tell(state, crm, write, there)
    wanted = [*there, *([write] if tells or write.changes else [])]
    actions, held = _held_back(wanted, state, tells=tells)
    return PartyPlan(
        _ending(conflicts, held, needs), actions, _notes(crm, advoware), held, needs, conflicts, merged=merged
    )


def _ending(conflicts: tuple[ConflictNeed, ...], held: tuple[Action, ...], needs: tuple[TaskNeed, ...]) -> Ending:
    if conflicts:
        return InConflict(Why.BOTH_CHANGED, ", ".join(each.field for each in conflicts))
    if held:
        return _held_ending(held)
    return Skipped(Why.TASK_OPEN) if needs else Settled()


def _to_advoware(state: PartyState, merged: Merged, advoware: AdvowareSide) -> list[Action]:
    targets = {each.name: each.target for each in merged.fields if each.to_advoware and each.way is Way.CARRY}
    actions: list[Action] = []
    if targets:
        taken_back = targets.keys() <= state.taking_back.fields.keys()
        actions.append(TakeBack(targets) if taken_back else SaveParty(targets))
    return [*actions, *towards_advoware(merged.contacts, advoware.entries, state.rules)]


def towards_advoware(outcome: ContactOutcome, entries: Iterable[Entry], rules: Rules) -> list[Action]:
    """A value that goes makes room for one of the same type that comes; then empty entries are used; then new ones."""
    leaving = [entry for entry in entries if entry.key in outcome.from_advoware]
    free = [entry for entry in entries if entry.empty and entry.kind is not None]
    actions: list[Action] = []
    for key, contact in sorted(outcome.to_advoware.items()):
        numbers = rules.kommkz.get(contact.kind, ())
        if not numbers:
            continue  # this installation keeps no such contacts in Advoware
        entry = _take(leaving, numbers) or _take(free, numbers)
        new = AddContact(key, contact, numbers[0])
        actions.append(new if entry is None else ReuseEntry(key, contact, numbers[0], entry))
    return [*actions, *(EmptyContact(entry) for entry in leaving)]


def _take(entries: list[Entry], numbers: tuple[int, ...]) -> Entry | None:
    for position, entry in enumerate(entries):
        if entry.kommkz in numbers:
            return entries.pop(position)
    return None


def _to_crm(state: PartyState, merged: Merged, conflicts: tuple[ConflictNeed, ...], *, waits: bool) -> WriteCrm:
    targets = {each.name: each.target for each in merged.fields if each.to_crm and each.way is Way.CARRY}
    contacts = merged.contacts if merged.contacts_to_crm else NO_CONTACTS
    write = WriteCrm(targets, contacts.to_crm, contacts.from_crm, contacts.retype)
    waits |= write.changes and CRM not in state.writable
    return replace(write, status=Shown.CONFLICT if conflicts else Shown.UNCLEAN if waits else Shown.CLEAN)


def _is_to_tell(state: PartyState, crm: CrmSide, write: WriteCrm, there: Iterable[Action]) -> bool:
    """Whether what the CRM shows of the sync has to change, whatever else is written to it."""
    changes_advoware = any(action.system in state.writable for action in there)
    return changes_advoware or state.stale_bookkeeping or crm.shown.get("status", write.status) != write.status


def _notes(crm: CrmSide, advoware: AdvowareSide) -> tuple[Unclear, ...]:
    unclear = sorted(crm.reading.unclear | advoware.reading.unclear)
    return tuple(Unclear(name) for name in unclear)


def _held_ending(held: Iterable[Action]) -> Postponed:
    return Postponed(Why.WRITING_OFF, HELD_FOR, waits_for=", ".join(sorted({action.system for action in held})))


def _held_back(
    wanted: Iterable[Action], state: PartyState, *, tells: bool = True
) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    """What may be written, and what waits."""
    actions: list[Action] = []
    held: list[Action] = []
    for action in wanted:
        if action.system in state.writable:
            actions.append(action)
        elif isinstance(action, WriteCrm) and ADVOWARE in state.writable:
            # Where the party is in Advoware must be noted even when nothing else is brought to EspoCRM.
            actions += [WriteCrm(status=action.status)] if tells else []
            held += [action] if action.changes else []
        else:
            held.append(action)
    return tuple(actions), tuple(held)
