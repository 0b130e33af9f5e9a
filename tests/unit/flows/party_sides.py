"""Both sides of a party as the decisions see them, for tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncapp.clients.advoware import AdvowareParty
from syncapp.clients.espocrm import EspoParty
from syncapp.flows.beteiligte.agreement import Agreed, Pair
from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, Entry
from syncapp.flows.beteiligte.state import PartyState
from syncapp.flows.beteiligte.values import Contact, Reading

NUMBER = 104711
PERSON = {"name": "Roth", "vorname": "Ute", "anrede": "Frau", "geburtsdatum": "", "rechtsform": ""}
KOMMKZ = {Kind.OFFICE: 1, Kind.FAX: 2, Kind.MOBILE: 3, Kind.MAIL: 4, Kind.HOME: 6, Kind.OTHER: 10}


def mail(text: str) -> dict[str, Contact]:
    return {text.lower(): Contact(Kind.MAIL, text)}


def number(text: str, kind: Kind = Kind.OFFICE) -> dict[str, Contact]:
    return {text: Contact(kind, text)}


def crm_side(fields: Mapping[str, str] = PERSON, contacts: Mapping[str, Contact] | None = None, **more: Any) -> CrmSide:
    reading = Reading(dict(fields), {} if contacts is None else contacts, more.pop("unclear", frozenset()))
    party = EspoParty("p1", more.pop("number", NUMBER), None, None, None, None, False, {})
    usual = {"company": False, "shown": {"status": "clean"}}
    return CrmSide(party, reading=reading, **(usual | more))


def advoware_side(
    fields: Mapping[str, str] = PERSON, contacts: Mapping[str, Contact] | None = None, **more: Any
) -> AdvowareSide:
    there = {} if contacts is None else contacts
    reading = Reading(dict(fields), there, more.pop("unclear", frozenset()))
    entries = tuple(
        Entry(pk, KOMMKZ[contact.kind], contact.kind, key, empty=False)
        for pk, (key, contact) in enumerate(sorted(there.items()), start=1)
    )
    return AdvowareSide(AdvowareParty(NUMBER, "A1", None, ()), reading, **({"entries": entries} | more))


def agreed(fields: Mapping[str, str] = PERSON, contacts: Mapping[str, Contact] | None = None, **more: Any) -> Agreed:
    """Both sides were like this."""
    kinds = {key: contact.kind for key, contact in (contacts or {}).items()}
    return Agreed(
        number=NUMBER,
        fields={name: Pair(value, value) for name, value in fields.items()},
        crm_contacts=kinds,
        advoware_contacts=kinds,
        **more,
    )


def state(**changes: Any) -> PartyState:
    """A party that is in agreement, but for the changes."""
    base = changes.pop("base", agreed())
    made = PartyState(agreed=base, crm=crm_side(), number=NUMBER, advoware=advoware_side(), base=base)
    return replace(made, **changes)


def person(**changes: str) -> dict[str, str]:
    return {**PERSON, **changes}
