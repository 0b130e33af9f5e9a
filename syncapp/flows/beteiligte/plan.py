"""What is to be done about a party, out of what was read on both sides. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from syncapp.engine.planning import (
    ConflictNeed,
    Ending,
    Failed,
    InConflict,
    Plan,
    Postponed,
    Settled,
    Skipped,
    TaskNeed,
)
from syncapp.flows.beteiligte import contacts as contact_plan
from syncapp.flows.beteiligte.actions import ADVOWARE, CRM, Action, CreateParty, SaveParty, WriteCrm
from syncapp.flows.beteiligte.agreement import Agreed, Pair
from syncapp.flows.beteiligte.fields import PartyField, Rules
from syncapp.flows.beteiligte.merge import (
    NO_CONTACTS,
    Choice,
    ContactOutcome,
    FieldOutcome,
    Fields,
    Way,
    merge_contacts,
    merge_fields,
)
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.taking_back import TakingBack, nothing_to_take_back
from syncapp.flows.limits import INSTEAD, Operation, Resource

HELD_FOR = timedelta(days=1)  # switching writing on wakes what waits for it, so this is only a reminder


class Why(StrEnum):
    """The reasons of this flow, as in `models.Reason`."""

    TASK_OPEN = "task_open"
    ENTITY_GONE = "entity_gone"
    NO_NAME = "no_name"
    BOTH_CHANGED = "both_changed"
    WRITING_OFF = "writing_off"
    NUMBER_TAKEN = "number_taken"
    GONE_THERE = "gone_there"


class Shown(StrEnum):
    """What `syncStatus` says in EspoCRM."""

    CLEAN = "clean"
    UNCLEAN = "unclean"
    CONFLICT = "conflict"
    DELETED = "deleted_in_advoware"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Creation:
    """What became of an earlier try to create the party whose answer was lost, and that nobody could find.

    `key` names the try; `candidates`: numbers that may be it, where Advoware's list could be asked.
    """

    key: str
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PartyState:
    """`crm` None: deleted. `advoware` None: not asked, or there is none (`number` tells). `base`: the last agreement
    with our own writes since. `closed`: needs that a person has closed. `stale_bookkeeping`: what EspoCRM shows of the
    sync is not what it should be."""

    agreed: Agreed
    crm: CrmSide | None
    number: int | None = None
    advoware: AdvowareSide | None = None
    base: Agreed = field(default_factory=Agreed)
    rules: Rules = field(default_factory=Rules)
    writable: frozenset[str] = frozenset({CRM, ADVOWARE})
    newer: str = ""
    creation: Creation | None = None
    taken_by: str = ""
    removed_number: int | None = None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    taking_back: TakingBack = field(default_factory=nothing_to_take_back)
    closed: frozenset[tuple[str, str, str]] = frozenset()
    stale_bookkeeping: bool = False
    untouched: bool = False

    @property
    def table(self) -> tuple[PartyField, ...]:
        return self.crm.table(self.rules) if self.crm else ()


@dataclass(frozen=True, slots=True)
class Merged:
    """The comparison behind a plan, which the end of the run needs again."""

    fields: tuple[FieldOutcome, ...] = ()
    contacts: ContactOutcome = NO_CONTACTS
    contacts_to_crm: bool = True


def plan(state: PartyState) -> Plan:
    if state.untouched:
        return Plan(Settled())
    if state.crm is None:
        return _deleted(state)
    if state.taken_by:
        return Plan(Failed(Why.NUMBER_TAKEN, str(state.number)))
    if state.number is None:
        return _create(state)
    if state.advoware is None:
        return _gone(state, state.number)
    return _agree(state, state.crm, state.advoware)


def merge(state: PartyState) -> Merged:
    """Both sides must be there."""
    crm, advoware = state.crm, state.advoware
    if crm is None or advoware is None:
        return Merged()
    given = Fields(
        crm.reading,
        advoware.reading,
        state.base.fields,
        state.rules,
        state.newer,
        state.choices,
        state.taking_back.fields,
    )
    fields = merge_fields(state.table, given)
    back = state.taking_back
    contacts = merge_contacts(
        crm.reading.contacts, advoware.reading.contacts, state.base, back.contacts_in, back.contacts_out
    )
    # While a person has to choose between values, contacts only go towards Advoware.
    return Merged(fields, contacts, not any(each.way is Way.CONFLICT for each in fields))


def _agree(state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> Plan:
    merged = merge(state)
    conflicts = tuple(_conflict(each.name, state, crm, advoware) for each in merged.fields if each.way is Way.CONFLICT)
    needs = tuple(need for need in _needs(state, merged, crm, advoware) if need.identity not in state.closed)
    there = _to_advoware(state, merged, advoware)
    write = _to_crm(state, merged, conflicts, waits=bool(needs) or (bool(there) and ADVOWARE not in state.writable))
    tells = _is_to_tell(state, write, there)
    wanted = [*there, *([write] if tells or write.changes else [])]
    actions, held = _held_back(wanted, state, tells=tells)
    return Plan(_ending(conflicts, held, needs), actions, _notes(crm, advoware), held, needs, conflicts)


def _ending(conflicts: tuple[ConflictNeed, ...], held: tuple[Action, ...], needs: tuple[TaskNeed, ...]) -> Ending:
    if conflicts:
        return InConflict(Why.BOTH_CHANGED, ", ".join(each.field for each in conflicts))
    if held:
        return held_ending(held)
    return Skipped(Why.TASK_OPEN) if needs else Settled()


def held_ending(held: Iterable[Action]) -> Postponed:
    return Postponed(Why.WRITING_OFF, HELD_FOR, detail=", ".join(sorted({action.system for action in held})))


def _held_back(
    wanted: Iterable[Action], state: PartyState, *, tells: bool = True
) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    """What may be written, and what waits until writing to that system is switched on."""
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


# What a person must do


def _needs(state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide) -> Iterable[TaskNeed]:
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
        need = _conflict(each.name, state, crm, advoware)
        if held and state.choices.get(each.name) == Choice(_source(each), need.espocrm, need.advoware):
            found.append(need)
    return found


def _source(each: FieldOutcome) -> str:
    return CRM if each.to_advoware else ADVOWARE


def _conflict(name: str, state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> ConflictNeed:
    agreed = state.base.fields.get(name, Pair("", ""))
    return ConflictNeed(name, agreed.crm, crm.reading.fields.get(name, ""), advoware.reading.fields.get(name, ""))


def _notes(crm: CrmSide, advoware: AdvowareSide) -> tuple[str, ...]:
    unclear = sorted(crm.reading.unclear | advoware.reading.unclear)
    return tuple(f"{name}: a value that is not in the table is kept as it is" for name in unclear)


# A side is missing


def _deleted(state: PartyState) -> Plan:
    if state.number is None or state.advoware is None:
        return Plan(Skipped(Why.ENTITY_GONE))
    kind = INSTEAD[Resource.PARTY, Operation.DELETE]
    need = TaskNeed(kind, ADVOWARE, "", Resource.PARTY, str(state.number))
    if need.identity in state.closed:
        return Plan(Skipped(Why.ENTITY_GONE))
    return Plan(Skipped(Why.TASK_OPEN), tasks=(need,))


def _gone(state: PartyState, number: int) -> Plan:
    need = TaskNeed("party_gone", ADVOWARE, "", Resource.PARTY, str(number))
    assert state.crm is not None  # noqa: S101  the CRM's side was looked at before
    told = state.crm.shown.get("status", Shown.DELETED) == Shown.DELETED
    actions, held = _held_back([] if told else [WriteCrm(status=Shown.DELETED)], state)
    if need.identity in state.closed:
        return Plan(Skipped(Why.GONE_THERE, str(number)), actions, held_back=held)
    return Plan(Skipped(Why.TASK_OPEN), actions, held_back=held, tasks=(need,))


def _create(state: PartyState) -> Plan:
    crm = state.crm
    assert crm is not None  # noqa: S101  the CRM's side was looked at before
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
