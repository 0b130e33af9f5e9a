"""Both sides of a party as they are read, for tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from syncapp.clients.advoware import AdvowareParty, Communication
from syncapp.clients.espocrm import EspoParty
from syncapp.flows.beteiligte import sides
from syncapp.flows.beteiligte.agreement import Agreed
from syncapp.flows.beteiligte.contacts import Contact
from syncapp.flows.beteiligte.fields import CONTACTS, Kind, PartyField, Rules
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, value_of
from syncapp.flows.beteiligte.state import PartyState
from syncapp.flows.lens import entries
from syncapp.flows.lens.declaration import Base
from syncapp.flows.lens.entries import Entries

NUMBER = 104711
PERSON = {"name": "Roth", "vorname": "Ute", "anrede": "Frau", "geburtsdatum": "", "rechtsform": ""}
KOMMKZ = {each.kind: each.kommkz[0] for each in CONTACTS}
TYPES = {each.kind: each.crm for each in CONTACTS}


def mail(text: str) -> dict[str, Contact]:
    return {text.lower(): Contact(Kind.MAIL, text)}


def number(text: str, kind: Kind = Kind.OFFICE) -> dict[str, Contact]:
    return {text: Contact(kind, text)}


def unreadable(text: str, kind: Kind = Kind.OFFICE) -> dict[str, Contact]:
    return {text: Contact(kind, text)}


def crm_side(
    fields: Mapping[str, str] = PERSON,
    contacts: Mapping[str, Contact] | None = None,
    *,
    rules: Rules | None = None,
    company: bool = False,
    status: str | None = "clean",
    told: bool = True,
    **more: Any,
) -> CrmSide:
    """`status` None: the CRM has no such field. `more`: further attributes, as it spells them."""
    rules = rules or Rules()
    names = {each.name: each.crm_name(company) for each in rules.fields}
    listed = (contacts or {}).values()
    mails = [{"emailAddress": each.text} for each in listed if each.kind is Kind.MAIL]
    phones = [{"phoneNumber": each.text, "type": TYPES[each.kind]} for each in listed if each.kind is not Kind.MAIL]
    shown = {} if status is None else {"syncStatus": status}
    raw = {**{names[name]: value for name, value in fields.items()}, **shown, **more}
    party = EspoParty("p1", NUMBER, tuple(mails) if told else None, tuple(phones), None, None, False, raw)
    return sides.crm_side(party, rules)


def advoware_side(
    fields: Mapping[str, str] = PERSON,
    contacts: Mapping[str, Contact] | Iterable[tuple[int, str]] | None = None,
    *,
    rules: Rules | None = None,
    company: bool = False,
    told: bool = True,
    **more: Any,
) -> AdvowareSide:
    """`contacts`: also rows of kommKz and text."""
    rules = rules or Rules()
    names = {each.name: each.advoware for each in rules.fields}
    if isinstance(contacts, Mapping):
        contacts = [(KOMMKZ[each.kind], each.text) for _key, each in sorted(contacts.items())]
    rows = [Communication(pk, "", kind, text, "", {}) for pk, (kind, text) in enumerate(contacts or (), start=1)]
    raw = {**{names[name]: value for name, value in fields.items()}, **more}
    raw |= {"kommunikation": [{"id": each.id, "tlf": each.value} for each in rows]} if told else {}
    table = [rules.field(each, company) for each in rules.of(company) if each.name in fields]
    return sides.advoware_side(AdvowareParty(NUMBER, "A1", None, tuple(rows), raw), table, rules)


def agreed(fields: Mapping[str, str] = PERSON, contacts: Mapping[str, Contact] | None = None, **more: Any) -> Agreed:
    """Both sides were like this."""
    kinds = {key: str(contact.kind) for key, contact in (contacts or {}).items()}
    return Agreed(
        number=NUMBER,
        fields={name: Base(value_of(value), value_of(value)) for name, value in fields.items()},
        contacts=entries.Agreed(Entries(kinds), Entries(kinds)),
        **more,
    )


def state(**changes: Any) -> PartyState:
    """A party that is in agreement, but for the changes."""
    base = changes.pop("base", agreed())
    made = PartyState(agreed=base, crm=crm_side(), number=NUMBER, advoware=advoware_side(), base=base)
    given = replace(made, **changes)
    crm = sides.crm_side(given.crm.party, given.rules) if given.crm else None
    fields = crm.fields if crm else ()
    advoware = sides.advoware_side(given.advoware.party, fields, given.rules) if given.advoware else None
    return replace(given, crm=crm, advoware=advoware)


def person(**changes: str) -> dict[str, str]:
    return {**PERSON, **changes}


def one_field(field: PartyField, **settings: Any) -> Rules:
    """An installation that syncs nothing else."""
    return Rules(fields=(field,), **settings)
