"""What EspoCRM has already of an address or a number that comes to a party.

It keeps each once, for all who have it: its spelling, its type, whether it is invalid and whether somebody opted out. A
list in which that is not said says that it is not so, and what one party is given holds for all. Of those whom it may
not edit, or of whom nobody has the address any more, the hub can't know. Source: EspoCRM's source, 9.2
(Core/FieldProcessing/EmailAddress/Saver.php and AccessChecker.php, PhoneNumber/Saver.php).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.conf import settings

from syncapp.clients.errors import EntityTypeUnknown, Forbidden, NotFound
from syncapp.clients.espocrm import FIELDS, EspoClient
from syncapp.clients.espocrm.fields import ID
from syncapp.clients.espocrm.rest import path_of
from syncapp.flows.beteiligte.contacts import MAIL_ROW, PHONE_ROW, Contact, crm_kind
from syncapp.flows.beteiligte.crm_lists import Shared, row_of
from syncapp.flows.beteiligte.fields import Kind, Rules

_OF_ALL: Mapping[str, tuple[str, ...]] = {
    MAIL_ROW: (MAIL_ROW, "lower", "optOut", "invalid"),
    PHONE_ROW: ("type", "optOut", "invalid"),
}
_STOCK = frozenset({"Account", "Contact", "Lead", "User"})
_FIELD_TYPES = ("email", "phone")


def look_for(crm: EspoClient, spelled: Mapping[Contact, str], own_id: str = "") -> Shared:
    """Of those that somebody has. `spelled`: as they stand in EspoCRM, or will; `own_id`: of the party itself."""
    found = {}
    for each, text in spelled.items():
        field = MAIL_ROW if each.kind is Kind.MAIL else PHONE_ROW
        rows = (row for kind in _holding(crm, field) for row in _held(crm, kind, field, text.lower(), own_id))
        if (known := next(rows, None)) is not None:
            found[each] = {name: known[name] for name in _OF_ALL[field] if known.get(name) is not None}
    return found


def new(contacts: Iterable[Contact], rules: Rules) -> dict[Contact, str]:
    """As they come into its lists."""
    rows = {each: row_of(each, rules) for each in contacts}
    return {each: str(row.get(MAIL_ROW) or row[PHONE_ROW]) for each, row in rows.items()}


def as_kept(contact: Contact, shared: Shared) -> Contact:
    """With the type that it has there."""
    known = shared.get(contact, {})
    return replace(contact, kind=crm_kind(known)) if "type" in known else contact


def _held(crm: EspoClient, kind: str, field: str, text: str, own_id: str) -> Iterator[Mapping[str, Any]]:
    with suppress(Forbidden):  # a role hides it
        for holder in crm.rows(path_of(kind), (ID,), [("equals", field, text)]):
            if holder[ID] == own_id:
                continue
            with suppress(NotFound):  # gone meanwhile
                rows = crm.get(kind, str(holder[ID])).get(f"{field}Data") or ()
                yield from (row for row in rows if isinstance(row, Mapping) and str(row.get(field)).lower() == text)


def _holding(crm: EspoClient, field: str) -> Iterator[str]:
    """Types with such a field that the hub may edit. What others have EspoCRM itself leaves as it is."""
    for kind in sorted({FIELDS.party_entity, *_STOCK, *settings.CONFIG.COLLECTION_ENTITIES}):
        own = kind == FIELDS.party_entity
        try:
            if (own or crm.may_edit(kind)) and crm.metadata(kind).kinds.get(field) in _FIELD_TYPES:
                yield kind
        except (EntityTypeUnknown, Forbidden):  # hidden from the hub; of a party its lists have been read
            if own:
                yield kind
