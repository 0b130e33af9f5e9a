"""Which contacts are remembered after a run. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from syncapp.flows.beteiligte.actions import ADVOWARE, CRM
from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.state import Merged, PartyState
from syncapp.flows.beteiligte.values import Contact


@dataclass(frozen=True, slots=True)
class RememberedContacts:
    crm: Mapping[str, Kind]
    advoware: Mapping[str, Kind]
    moved_on: bool = False


def remembered_contacts(state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide) -> RememberedContacts:
    """What is pending keeps its old place on both sides, so that it is seen again; so does what a person did while
    we wrote."""
    base, outcome = state.base, merged.contacts
    ours_then = state.crm.reading.contacts if state.crm else None
    theirs_then = state.advoware.reading.contacts if state.advoware else None
    ours_now, theirs_now = crm.reading.contacts, advoware.reading.contacts
    if ours_then is None or theirs_then is None or ours_now is None or theirs_now is None:
        return RememberedContacts(base.crm_contacts, base.advoware_contacts)
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
    return RememberedContacts(ours, theirs, ours_moved or theirs_moved)


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
