"""The three-way comparison of contacts: last agreement, EspoCRM, Advoware. Pure.

They are a set on each side: a changed entry is one removed and one added, so that edits on both sides meet without a
conflict and without a loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncapp.flows.beteiligte.agreement import Agreed
from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.values import Contact


@dataclass(frozen=True, slots=True)
class ContactOutcome:
    """`retype`: contacts whose type follows Advoware's; `stuck`: whose type there can't follow EspoCRM's."""

    to_advoware: Mapping[str, Contact]
    from_advoware: frozenset[str]
    to_crm: Mapping[str, Contact]
    from_crm: frozenset[str]
    retype: Mapping[str, Kind]
    stuck: Mapping[str, Kind]

    @property
    def pending(self) -> frozenset[str]:
        return frozenset({*self.to_advoware, *self.from_advoware, *self.to_crm, *self.from_crm})


NO_CONTACTS = ContactOutcome({}, frozenset(), {}, frozenset(), {}, {})


def merge_contacts(
    crm: Mapping[str, Contact] | None,
    advoware: Mapping[str, Contact] | None,
    base: Agreed,
    forced_in: Mapping[str, Contact] | None = None,
    forced_out: frozenset[str] = frozenset(),
) -> ContactOutcome:
    """A side that did not tell its contacts is more likely broken than empty: then nothing moves."""
    if crm is None or advoware is None:
        return NO_CONTACTS
    to_advoware, to_crm = {}, {}
    from_advoware, from_crm = set(forced_out & set(advoware)), set(forced_out & set(crm))
    for key in (set(crm) | set(advoware)) - forced_out:
        if key in crm and key in advoware:
            continue
        seen_crm, seen_advoware = key in base.crm_contacts, key in base.advoware_contacts
        if key in crm:
            if seen_advoware and seen_crm:
                from_crm.add(key)
            elif not (seen_crm and not seen_advoware):
                to_advoware[key] = crm[key]
        elif seen_crm and seen_advoware:
            from_advoware.add(key)
        elif not (seen_advoware and not seen_crm):
            to_crm[key] = advoware[key]
    for key, contact in (forced_in or {}).items():
        from_crm.discard(key)
        from_advoware.discard(key)
        if key not in advoware:
            to_advoware[key] = contact
        if key not in crm:
            to_crm[key] = contact
    retype, stuck = _types(crm, advoware, base)
    return ContactOutcome(to_advoware, frozenset(from_advoware), to_crm, frozenset(from_crm), retype, stuck)


def _types(
    crm: Mapping[str, Contact], advoware: Mapping[str, Contact], base: Agreed
) -> tuple[dict[str, Kind], dict[str, Kind]]:
    retype, stuck = {}, {}
    for key in set(crm) & set(advoware):
        ours, theirs = crm[key].kind, advoware[key].kind
        if ours is theirs:
            continue
        ours_then, theirs_then = base.crm_contacts.get(key), base.advoware_contacts.get(key)
        if ours_then is not None and ours is not ours_then:
            stuck[key] = ours
        elif theirs_then is not None and theirs is not theirs_then:
            retype[key] = theirs
    return retype, stuck
