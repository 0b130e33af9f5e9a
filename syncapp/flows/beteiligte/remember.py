"""What is remembered after a run: what both sides were like once everything was written and read back. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from syncapp.engine.runs.planning import ConflictNeed, TaskNeed
from syncapp.flows.beteiligte.agreement import Agreed, Pair
from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.merge import FieldOutcome, Way
from syncapp.flows.beteiligte.needs import NOT_KEPT, not_kept, waiting_decisions
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.state import Merged, PartyPlan, PartyState, merge, text_of
from syncapp.flows.beteiligte.values import ADVOWARE, CRM, Contact


@dataclass(frozen=True, slots=True)
class Memory:
    """`moved_on`: somebody changed a value while we wrote, so one more run is needed."""

    agreed: Agreed
    tasks: tuple[TaskNeed, ...]
    conflicts: tuple[ConflictNeed, ...]
    moved_on: bool = False


@dataclass(frozen=True, slots=True)
class _Field:
    """A field as both sides are remembered to have had it."""

    pair: Pair
    not_kept: str = ""
    moved_on: bool = False


@dataclass(frozen=True, slots=True)
class _Contacts:
    crm: Mapping[str, Kind]
    advoware: Mapping[str, Kind]
    moved_on: bool = False


def remembered(
    state: PartyState, plan: PartyPlan, crm: CrmSide | None, advoware: AdvowareSide | None, *, stamp: str, journal: int
) -> Memory:
    """`crm` and `advoware`: both sides after the writes, None what is not there; `state` holds what they were before.

    `stamp`: how the CRM dates what was seen; comparisons go by it, or they would find our own word about a missing
    side for ever. `journal`: the newest write of ours.
    """
    conflicts = (*plan.conflicts, *waiting_decisions(state, plan.merged))
    if crm is None or advoware is None:
        return Memory(replace(state.agreed, stamp=stamp), plan.tasks, conflicts)
    merged = plan.merged
    if state.advoware is None:  # it was created: what came of it is compared for the first time
        state = replace(state, number=advoware.number, advoware=advoware)
        merged = merge(state)
    agreed, moved_on = _agreed(state, merged, crm, advoware)
    needs = [need for need in (*plan.tasks, *not_kept(agreed.not_kept, advoware)) if need.identity not in state.closed]
    return Memory(replace(agreed, stamp=stamp, journal=journal), tuple(needs), conflicts, moved_on)


def _agreed(state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide) -> tuple[Agreed, bool]:
    """Only what was compared or written by us is remembered: what a person changed meanwhile is left to the next run.

    Also returns whether anybody did.
    """
    fields: dict[str, Pair] = {}
    refusals = _still_not_kept(state, crm, advoware)
    contacts = _contacts(state, merged, crm, advoware)
    moved_on = contacts.moved_on
    for each in merged.fields:
        seen = _field(each, state, crm, advoware)
        if seen is None:
            if each.name in state.base.fields:
                fields[each.name] = state.base.fields[each.name]  # pending
            continue
        fields[each.name] = seen.pair
        moved_on |= seen.moved_on
        if seen.not_kept:
            refusals[each.name] = seen.not_kept
    here = advoware.reading.contacts
    for key, contact in merged.contacts.to_advoware.items():
        written = ADVOWARE in state.writable and contact.kind in state.rules.kommkz
        if written and here is not None and key not in here:
            refusals[NOT_KEPT + key] = contact.text
    agreed = Agreed(
        number=advoware.number,
        fields=fields,
        crm_contacts=contacts.crm,
        advoware_contacts=contacts.advoware,
        crm_unreadable=_seen(state, crm.reading.unreadable, state.base.crm_unreadable),
        advoware_unreadable=_seen(state, advoware.reading.unreadable, state.base.advoware_unreadable),
        not_kept=refusals,
        fingerprint=advoware.party.fingerprint,
    )
    return agreed, moved_on


def _field(each: FieldOutcome, state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> _Field | None:
    """None: nothing to remember yet."""
    ours_then, theirs_then = state.values(each.name)
    ours = crm.reading.fields.get(each.name, ours_then)
    theirs = advoware.reading.fields.get(each.name, theirs_then)
    if ours == theirs:
        return _Field(Pair(ours, theirs))
    if each.way in (Way.CONFLICT, Way.BY_HAND) or state.waits(each):
        return None
    if each.way is Way.CARRY and each.to_crm:
        ours_then = ours  # the answer to our own write
    not_kept = ""
    if each.way is Way.CARRY and each.to_advoware:
        if theirs != each.target and refused(theirs, each.target, theirs_then):
            not_kept = each.target
            theirs_then = theirs
        else:
            theirs_then = each.target
    return _Field(Pair(ours_then, theirs_then), not_kept, moved_on=(ours, theirs) != (ours_then, theirs_then))


def refused(now: str, written: str, before: str) -> bool:
    """Whether Advoware did not take the value, or cut it off, rather than a person having changed it since."""
    return now == before or written.startswith(now)


def _still_not_kept(state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> dict[str, str]:
    kept = {}
    for name, wanted in state.base.not_kept.items():
        if name.startswith(NOT_KEPT):
            key = name.removeprefix(NOT_KEPT)
            open_still = key in (crm.reading.contacts or {}) and key not in (advoware.reading.contacts or {})
        else:
            open_still = text_of(crm, name) == wanted != text_of(advoware, name)
        if open_still:
            kept[name] = wanted
    return kept


def _seen(state: PartyState, now: frozenset[str], then: frozenset[str]) -> frozenset[str]:
    """Unreadable entries that are no news: at first contact all of them, later those that were there before."""
    return now & then if state.base.known else now


def _contacts(state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide) -> _Contacts:
    """What is pending keeps its old place on both sides, so that it is seen again; so does what a person did while
    we wrote."""
    base, outcome = state.base, merged.contacts
    ours_then = state.crm.reading.contacts if state.crm else None
    theirs_then = state.advoware.reading.contacts if state.advoware else None
    ours_now, theirs_now = crm.reading.contacts, advoware.reading.contacts
    if ours_then is None or theirs_then is None or ours_now is None or theirs_now is None:
        return _Contacts(base.crm_contacts, base.advoware_contacts)
    ours_wanted, theirs_wanted = _kinds(ours_then), _kinds(theirs_then)
    to_crm = CRM in state.writable and merged.contacts_to_crm
    pending: set[str] = set()
    if to_crm:
        _apply(ours_wanted, outcome.to_crm, outcome.from_crm)
        ours_wanted |= outcome.retype
    else:
        pending |= {*outcome.to_crm, *outcome.from_crm}
    if ADVOWARE in state.writable:
        kept = {key: contact for key, contact in outcome.to_advoware.items() if contact.kind in state.rules.kommkz}
        _apply(theirs_wanted, kept, outcome.from_advoware)
    else:
        pending |= {*outcome.to_advoware, *outcome.from_advoware}
    # What a system does not keep of our own write is no person's deed.
    ours, ours_moved = _compared(_kinds(ours_now), ours_wanted, outcome.to_crm if to_crm else ())
    theirs, theirs_moved = _compared(_kinds(theirs_now), theirs_wanted, outcome.to_advoware)
    if not to_crm:
        theirs |= {key: base.advoware_contacts[key] for key in outcome.retype if key in base.advoware_contacts}
    for key in pending:
        _as_before(ours, base.crm_contacts, key)
        _as_before(theirs, base.advoware_contacts, key)
    ours |= {key: base.crm_contacts[key] for key in outcome.stuck if key in base.crm_contacts}
    return _Contacts(ours, theirs, ours_moved or theirs_moved)


def _apply(kinds: dict[str, Kind], comes: Mapping[str, Contact], goes: Collection[str]) -> None:
    for key in goes:
        kinds.pop(key, None)
    kinds |= _kinds(comes)


def _compared(
    now: Mapping[str, Kind], wanted: Mapping[str, Kind], written: Collection[str]
) -> tuple[dict[str, Kind], bool]:
    """What to remember of a side, and whether somebody else has changed it."""
    not_kept = {key for key in written if key not in now}
    remembered = {key: now[key] if key in written else kind for key, kind in wanted.items() if key not in not_kept}
    return remembered, any(now.get(key) != remembered.get(key) for key in {*now, *remembered})


def _kinds(contacts: Mapping[str, Contact]) -> dict[str, Kind]:
    return {key: contact.kind for key, contact in contacts.items()}


def _as_before(now: dict[str, Kind], before: Mapping[str, Kind], key: str) -> None:
    if key in before:
        now[key] = before[key]
    else:
        now.pop(key, None)
