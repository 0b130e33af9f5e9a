"""What is remembered after a run: what both sides were like once everything was written and read back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from syncapp.engine.runs.planning import ConflictNeed, TaskNeed
from syncapp.flows.beteiligte import contacts as contact_plan
from syncapp.flows.beteiligte.actions import ADVOWARE
from syncapp.flows.beteiligte.agreement import Agreed, Pair
from syncapp.flows.beteiligte.contacts import NOT_KEPT
from syncapp.flows.beteiligte.merge import FieldOutcome, Way
from syncapp.flows.beteiligte.needs import waiting_decisions
from syncapp.flows.beteiligte.remember_contacts import remembered_contacts
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.state import Merged, PartyPlan, PartyState, merge, text_of


@dataclass(frozen=True, slots=True)
class Memory:
    """`moved_on`: somebody changed a value while we wrote, so one more run is needed."""

    agreed: Agreed
    tasks: tuple[TaskNeed, ...]
    conflicts: tuple[ConflictNeed, ...]
    moved_on: bool = False


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A field as both sides are remembered to have had it."""

    pair: Pair
    not_kept: str = ""
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
    needs = [
        need
        for need in (*plan.tasks, *contact_plan.not_kept(agreed.not_kept, advoware))
        if need.identity not in state.closed
    ]
    return Memory(replace(agreed, stamp=stamp, journal=journal), tuple(needs), conflicts, moved_on)


def _agreed(state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide) -> tuple[Agreed, bool]:
    """Only what was compared or written by us is remembered: what a person changed meanwhile is left to the next run.

    Also returns whether that is so.
    """
    fields: dict[str, Pair] = {}
    not_kept = _still_not_kept(state, crm, advoware)
    contacts = remembered_contacts(state, merged, crm, advoware)
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
            not_kept[each.name] = seen.not_kept
    here = advoware.reading.contacts
    for key, contact in merged.contacts.to_advoware.items():
        written = ADVOWARE in state.writable and contact.kind in state.rules.kommkz
        if written and here is not None and key not in here:
            not_kept[NOT_KEPT + key] = contact.text
    agreed = Agreed(
        number=advoware.number,
        fields=fields,
        crm_contacts=contacts.crm,
        advoware_contacts=contacts.advoware,
        crm_unreadable=_seen(state, crm.reading.unreadable, state.base.crm_unreadable),
        advoware_unreadable=_seen(state, advoware.reading.unreadable, state.base.advoware_unreadable),
        not_kept=not_kept,
        fingerprint=advoware.fingerprint,
    )
    return agreed, moved_on


def _field(each: FieldOutcome, state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> _Remembered | None:
    """None: nothing to remember yet."""
    ours_then, theirs_then = state.values(each.name)
    ours = crm.reading.fields.get(each.name, ours_then)
    theirs = advoware.reading.fields.get(each.name, theirs_then)
    if ours == theirs:
        return _Remembered(Pair(ours, theirs))
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
    return _Remembered(Pair(ours_then, theirs_then), not_kept, moved_on=(ours, theirs) != (ours_then, theirs_then))


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
