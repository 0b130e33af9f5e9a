"""EspoCRM's lists of phone numbers and mail addresses after a change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from syncapp.clients.espocrm import FIELDS, EspoParty
from syncapp.flows.beteiligte.contacts import CRM_KINDS, MAIL_ROW, PHONE_ROW, Contact, canonical, crm_kind, lens
from syncapp.flows.beteiligte.fields import Kind, Rules
from syncapp.flows.lens.core import EMPTY, CantHold
from syncapp.flows.lens.declaration import Side

Shared = Mapping[Contact, Mapping[str, Any]]  # what EspoCRM has of contacts already, for all who have them
_TYPES = {kind: name for name, kind in CRM_KINDS.items()}


def lists_after(
    party: EspoParty,
    remove: Iterable[str],
    add: Iterable[Contact],
    retype: Mapping[str, Kind],
    rules: Rules,
    shared: Shared = MappingProxyType({}),
) -> dict[str, list[dict[str, Any]]]:
    """EspoCRM's lists that change, by attribute; what is not concerned keeps all its flags, and what somebody has
    already those that it has."""
    gone = set(remove)
    new: dict[bool, list[dict[str, Any]]] = {True: [], False: []}  # whether it is a mail address
    for each in add:
        new[each.kind is Kind.MAIL].append(row_of(each, rules) | dict(shared.get(each, {})))
    lists = {
        FIELDS.party_mails: (party.mails or (), MAIL_ROW, new[True]),
        FIELDS.party_phones: (party.phones or (), PHONE_ROW, new[False]),
    }
    changed = {}
    for attribute, (before, name, comes) in lists.items():
        after = [*_kept(before, name, gone, retype, rules), *comes]
        if after != [dict(row) for row in before]:
            changed[attribute] = _with_a_primary(after, before, comes)
    return changed


def row_of(contact: Contact, rules: Rules) -> dict[str, Any]:
    """In EspoCRM's list, when it is new there."""
    written = lens(contact.kind, Side.HERE, rules).put(None, contact.text)
    assert not isinstance(written, CantHold)  # noqa: S101  it was asked before
    text = str(written)
    if contact.kind is Kind.MAIL:
        return {MAIL_ROW: text, "lower": text.lower(), "primary": False}
    return {PHONE_ROW: text, "type": _TYPES.get(contact.kind), "primary": False}


def beside(party: EspoParty, key: str, rules: Rules) -> CantHold | None:
    """Why a contact can't go: a remark that a person wrote beside it would go with it. None: there is none."""
    for rows, name in ((party.mails or (), MAIL_ROW), (party.phones or (), PHONE_ROW)):
        for row in rows:
            kind, text = Kind.MAIL if name == MAIL_ROW else crm_kind(row), str(row.get(name) or "")
            if canonical(kind, text, Side.HERE, rules) != key:
                continue
            after = lens(kind, Side.HERE, rules).put(text, EMPTY)
            if isinstance(after, CantHold):
                return after
    return None


def _kept(
    rows: Iterable[Mapping[str, Any]], name: str, gone: set[str], retype: Mapping[str, Kind], rules: Rules
) -> Iterator[dict[str, Any]]:
    for row in rows:
        kind = Kind.MAIL if name == MAIL_ROW else crm_kind(row)
        key = canonical(kind, str(row.get(name) or ""), Side.HERE, rules)
        if key not in gone:
            yield dict(row) | ({"type": _TYPES[retype[key]]} if key and key in retype else {})


def _with_a_primary(
    rows: list[dict[str, Any]], before: Iterable[Mapping[str, Any]], comes: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What comes where the primary one of its type goes is the same entry, corrected, so it takes its place."""
    if rows and not any(row.get("primary") for row in rows):
        gone = [row.get("type") for row in before if row.get("primary")]
        heirs = [row for row in comes if row.get("type") in gone]
        (heirs or rows)[0]["primary"] = True
    return rows
