"""What is remembered after a run: what both sides were like once everything was written and read back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from syncapp.flows.beteiligte.actions import ADVOWARE, CRM
from syncapp.flows.beteiligte.agreement import Agreed, Pair
from syncapp.flows.beteiligte.contacts import NOT_KEPT
from syncapp.flows.beteiligte.merge import FieldOutcome, Way
from syncapp.flows.beteiligte.plan import Merged, PartyState
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.values import Contact, Kind


@dataclass(frozen=True, slots=True)
class Result:
    """`moved_on`: somebody changed a value between our write and our look at it, so one more run is needed."""

    agreed: Agreed
    moved_on: bool = False


def result(state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide) -> Result:
    """`crm` and `advoware`: both sides after the writes; `state` holds what they were before."""
    fields: dict[str, Pair] = {}
    not_kept = _still_not_kept(state, crm, advoware)
    moved_on = False
    for each in merged.fields:
        ours, theirs = crm.reading.fields.get(each.name, ""), advoware.reading.fields.get(each.name, "")
        if ours == theirs or each.way in (Way.LEAVE, Way.AGREED):
            fields[each.name] = Pair(ours, theirs)
        elif each.way is Way.CARRY and _was_written(each, state):
            fields[each.name] = Pair(ours, theirs)
            if each.to_advoware and theirs != each.target:
                if _refused(theirs, each.target, _before(state, each.name)):
                    not_kept[each.name] = each.target
                else:
                    fields[each.name], moved_on = Pair(each.target, each.target), True
        elif each.name in state.base.fields:
            fields[each.name] = state.base.fields[each.name]  # pending
    crm_contacts, advoware_contacts = _contacts(state, merged, crm, advoware)
    for key, contact in merged.contacts.to_advoware.items():
        if ADVOWARE in state.writable and contact.kind in state.rules.kommkz and key not in advoware_contacts:
            not_kept[NOT_KEPT + key] = contact.text
    agreed = Agreed(
        number=advoware.number,
        fields=fields,
        crm_contacts=crm_contacts,
        advoware_contacts=advoware_contacts,
        crm_unreadable=_seen(state, crm.reading.unreadable, state.base.crm_unreadable),
        advoware_unreadable=_seen(state, advoware.reading.unreadable, state.base.advoware_unreadable),
        not_kept=not_kept,
        fingerprint=advoware.fingerprint,
    )
    return Result(agreed, moved_on)


def _was_written(each: FieldOutcome, state: PartyState) -> bool:
    return not ((each.to_advoware and ADVOWARE not in state.writable) or (each.to_crm and CRM not in state.writable))


def _before(state: PartyState, name: str) -> str:
    return state.advoware.reading.fields.get(name, "") if state.advoware else ""


def _refused(now: str, written: str, before: str) -> bool:
    """Whether Advoware did not take the value, or cut it off, rather than a person having changed it since."""
    return now == before or written.startswith(now)


def _still_not_kept(state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> dict[str, str]:
    kept = {}
    for name, wanted in state.base.not_kept.items():
        if name.startswith(NOT_KEPT):
            key = name.removeprefix(NOT_KEPT)
            open_still = key in (crm.reading.contacts or {}) and key not in (advoware.reading.contacts or {})
        else:
            ours, theirs = crm.reading.fields.get(name, ""), advoware.reading.fields.get(name, "")
            open_still = ours == wanted != theirs
        if open_still:
            kept[name] = wanted
    return kept


def _seen(state: PartyState, now: frozenset[str], then: frozenset[str]) -> frozenset[str]:
    """Unreadable entries that are no news: at first contact all of them, later those that were there before."""
    return now & then if state.base.known else now


def _contacts(
    state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide
) -> tuple[Mapping[str, Kind], Mapping[str, Kind]]:
    """What is pending keeps its old place on both sides, so that it is seen again."""
    base, outcome = state.base, merged.contacts
    if crm.reading.contacts is None or advoware.reading.contacts is None:
        return base.crm_contacts, base.advoware_contacts
    ours, theirs = _kinds(crm.reading.contacts), _kinds(advoware.reading.contacts)
    pending: set[str] = set()
    if ADVOWARE not in state.writable:
        pending |= set(outcome.to_advoware) | outcome.from_advoware
    if CRM not in state.writable or not merged.contacts_to_crm:
        pending |= set(outcome.to_crm) | outcome.from_crm
        theirs |= {key: base.advoware_contacts[key] for key in outcome.retype if key in base.advoware_contacts}
    for key in pending:
        _as_before(ours, base.crm_contacts, key)
        _as_before(theirs, base.advoware_contacts, key)
    ours |= {key: base.crm_contacts[key] for key in outcome.stuck if key in base.crm_contacts}
    return ours, theirs


def _kinds(contacts: Mapping[str, Contact]) -> dict[str, Kind]:
    return {key: contact.kind for key, contact in contacts.items()}


def _as_before(now: dict[str, Kind], before: Mapping[str, Kind], key: str) -> None:
    if key in before:
        now[key] = before[key]
    else:
        now.pop(key, None)


def stamped(agreed: Agreed, stamp: str, journal: int, *, look: bool) -> Agreed:
    return replace(agreed, stamp=stamp, journal=journal, look=look)
