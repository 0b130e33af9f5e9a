"""What is to be done about a party, out of what was read on both sides. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from syncapp.engine.runs.planning import (
    ConflictNeed,
    Ending,
    Failed,
    InConflict,
    Postponed,
    Settled,
    Skipped,
    TaskNeed,
    still_open,
)
from syncapp.flows.beteiligte.actions import Action, CreateParty, EmptyContact, SaveParty, TakeBack, Unclear, WriteCrm
from syncapp.flows.beteiligte.comparison import Merged, PartyPlan, merge
from syncapp.flows.beteiligte.fields import ADVOWARE, CRM
from syncapp.flows.beteiligte.needs import conflict_need, task_needs
from syncapp.flows.beteiligte.sides import NOBODY, AdvowareSide, CrmSide, advoware_side
from syncapp.flows.beteiligte.state import PartyState, Shown, Why
from syncapp.flows.lens.core import EMPTY
from syncapp.flows.lens.declaration import Side, What
from syncapp.flows.limits import INSTEAD, Operation, Resource

HELD_FOR = timedelta(days=1)  # switching writing on wakes what waits for it, so this is only a reminder


def plan(state: PartyState) -> PartyPlan:
    if state.untouched:
        return PartyPlan(Settled())
    if state.crm is None:
        return _deleted(state)
    if state.lacking:
        return PartyPlan(Failed(Why.FIELD_MISSING, state.lacking))
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
    tells = () if told else (WriteCrm(status=Shown.DELETED),)
    actions, held = (tells, ()) if state.writable else ((), tells)
    if need.identity in state.closed:
        return PartyPlan(Skipped(Why.GONE_THERE, str(number)), actions, held_back=held)
    return PartyPlan(Skipped(Why.TASK_OPEN), actions, held_back=held, tasks=(need,))


def _create(state: PartyState, crm: CrmSide) -> PartyPlan:
    """As if Advoware had a party of which nothing is known yet."""
    need = _before_creating(state)
    if need is not None and need.identity not in state.closed:
        return PartyPlan(Skipped(Why.TASK_OPEN), tasks=(need,))
    nobody = advoware_side(NOBODY, crm.fields, state.rules)
    state = replace(state, advoware=nobody)
    merged = merge(state)
    targets = {name: outcome.value for name, outcome in merged.targets(Side.THERE).items()}
    if any(each.needed and each.name not in targets for each in crm.fields):
        return PartyPlan(Skipped(Why.NO_NAME))
    needs = tuple(need for need in task_needs(merged, state.base, state.base, crm, nobody))
    write = WriteCrm(status=Shown.UNCLEAN if needs else Shown.CLEAN)
    wanted: list[Action] = [CreateParty(targets), *merged.moves, write]
    if ADVOWARE not in state.writable:
        return PartyPlan(_held_ending(wanted[:1], state), held_back=tuple(wanted))
    return PartyPlan(Settled(), tuple(wanted), tasks=needs, merged=merged)


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
    conflicts = tuple(
        conflict_need(name, outcome, state.base)
        for name, outcome in merged.fields.items()
        if outcome.what is What.CONFLICT
    )
    needs = still_open(task_needs(merged, state.base, state.base, crm, advoware), state.closed)
    there, waiting = _to_advoware(state, merged), _to_advoware(state, merged, held=True)
    write, late = _to_crm(state, merged), _to_crm(state, merged, held=True)
    held = (*waiting, *([late] if late.changes else []))
    shown = Shown.CONFLICT if conflicts else Shown.UNCLEAN if needs or held else Shown.CLEAN
    write = replace(write, status=shown)
    if write.changes or there or state.stale_bookkeeping or crm.shown.get("status", shown) != shown:
        # Where the party is in Advoware must be noted even when nothing else is brought to EspoCRM.
        if state.writable:
            there = [*there, write]
        else:
            held = (*waiting, replace(late, status=shown))
    notes = tuple(Unclear(name) for name, each in sorted(merged.fields.items()) if each.what is What.UNREADABLE)
    ending = _ending(state, conflicts, held, needs)
    return PartyPlan(ending, tuple(there), notes, held, needs, conflicts, merged)


def _ending(
    state: PartyState, conflicts: tuple[ConflictNeed, ...], held: tuple[Action, ...], needs: tuple[TaskNeed, ...]
) -> Ending:
    if conflicts:
        return InConflict(Why.BOTH_CHANGED, ", ".join(each.field for each in conflicts))
    if held:
        return _held_ending(held, state)
    return Skipped(Why.TASK_OPEN) if needs else Settled()


def _to_advoware(state: PartyState, merged: Merged, *, held: bool = False) -> list[Action]:
    """`held`: what waits for the switch."""
    targets = {name: each.value for name, each in merged.targets(Side.THERE).items() if state.waits(each) is held}
    actions: list[Action] = []
    if targets:
        taken_back = targets.keys() <= state.taking_back.fields.keys()
        actions.append(TakeBack(targets) if taken_back else SaveParty(targets))
    for move in merged.moves:
        key = move.entry.key if isinstance(move, EmptyContact) else move.key
        if state.waits(merged.contacts[str(key)]) is held:
            actions.append(move)
    return actions


def _to_crm(state: PartyState, merged: Merged, *, held: bool = False) -> WriteCrm:
    targets = {name: each.value for name, each in merged.targets(Side.HERE).items() if state.waits(each) is held}
    contacts = {key: each.value for key, each in merged.contact_targets(Side.HERE).items() if state.waits(each) is held}
    known = state.crm.contacts.entries.kinds if state.crm and state.crm.contacts else {}
    comes = {key: merged.contact(key, kind) for key, kind in contacts.items() if kind is not EMPTY}
    return WriteCrm(
        targets,
        {key: contact for key, contact in comes.items() if key not in known},
        frozenset(key for key, kind in contacts.items() if kind is EMPTY),
        {key: contact.kind for key, contact in comes.items() if key in known},
    )


def _held_ending(held: Iterable[Action], state: PartyState) -> Postponed:
    off = {action.system for action in held} - state.writable
    return Postponed(Why.WRITING_OFF, HELD_FOR, waits_for=", ".join(sorted(off)))
