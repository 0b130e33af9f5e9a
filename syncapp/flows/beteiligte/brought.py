"""What EspoCRM is given of a party that only Advoware has. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from syncapp.clients.advoware import AdvowareParty
from syncapp.clients.espocrm.takes import ANYTHING
from syncapp.flows.beteiligte.contacts import Contact, Contacts, lens
from syncapp.flows.beteiligte.fields import LEGAL_FORM, TABLE, Rules, Who
from syncapp.flows.beteiligte.sides import AdvowareSide, PartyFields
from syncapp.flows.lens.bounds import fitting
from syncapp.flows.lens.core import EMPTY, CantHold, Raw, Unreadable, Value, text_of
from syncapp.flows.lens.declaration import Field, Side, Way

OF_A_PERSON = tuple(each.name for each in TABLE if each.who is Who.PERSON)
_PERSON = re.compile(r"\b(natürliche|privat|einzel)[ -]?person\b", re.IGNORECASE)


def is_company(party: AdvowareParty, rules: Rules) -> bool:
    """Advoware does not tell persons and companies apart: what only a person has tells, then the legal form."""
    said = {each.name: rules.field(each, company=False).there.get(party.raw) for each in rules.of(company=False)}
    if any(isinstance(said.get(name), str) for name in OF_A_PERSON):
        return False
    form = text_of(said.get(LEGAL_FORM))
    return bool(form) and not _PERSON.search(form)


def values(fields: PartyFields, there: AdvowareSide) -> Iterator[tuple[str, Value[str]]]:
    """By canonical name. What EspoCRM can't hold is left to the party's own step, which says so."""
    for each in fields:
        said = there.said[each.name]
        comes = each.needed or each.way in (Way.BOTH, Way.TO_HERE)
        if comes and said is not EMPTY and not isinstance(said, Unreadable) and refused(each, there) is None:
            yield each.name, said


def refused(each: Field[Raw, Raw, str], there: AdvowareSide) -> CantHold | None:
    """Why EspoCRM can't hold it."""
    said = there.said[each.name]
    put = {} if isinstance(said, Unreadable) else each.here.put({}, said)
    return put if isinstance(put, CantHold) else None


def contacts(there: AdvowareSide, rules: Rules) -> Iterator[Contact]:
    known = there.contacts or Contacts()
    for contact in map(known.contact, sorted(known.entries.kinds)):
        if not isinstance(lens(contact.kind, Side.HERE, rules).put(None, contact.text), CantHold):
            yield contact


def last_name(sent: Mapping[str, object], rules: Rules) -> dict[str, object]:
    """As EspoCRM is delivered every party needs one, a company too."""
    name = next(each for each in rules.fields if each.name == "name")
    takes = rules.takes.get(name.crm, ANYTHING)
    needed = takes.required and name.crm not in sent and name.crm_company in sent
    return {name.crm: fitting(takes, str(sent[name.crm_company]))} if needed else {}
