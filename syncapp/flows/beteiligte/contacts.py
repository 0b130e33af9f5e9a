"""Phone numbers and mail addresses: what each side says, and by which lens. Pure.

A contact is named by its canonical value: a number in E.164, an address without capitals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncapp.clients.advoware import AdvowareParty
from syncapp.clients.espocrm import EspoParty
from syncapp.flows.beteiligte.fields import CONTACTS, Kind, Rules
from syncapp.flows.lens import mails
from syncapp.flows.lens.core import EMPTY, Unreadable, key_of
from syncapp.flows.lens.declaration import Side
from syncapp.flows.lens.entries import Entries
from syncapp.flows.lens.mails import Mail
from syncapp.flows.lens.phones import Phone
from syncapp.flows.lens.within import Within, plain

MAIL_ROW, PHONE_ROW = "emailAddress", "phoneNumber"  # in the rows of EspoCRM's lists
CRM_KINDS: Mapping[str, Kind] = {each.crm: each.kind for each in CONTACTS if each.crm}


@dataclass(frozen=True, slots=True)
class Contact:
    """An address or number as it is written to the other side."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One communication entry in Advoware. `kind` None: a sort that is not synced. `key` None: empty or unreadable."""

    id: int
    kommkz: int
    kind: Kind | None
    key: str | None = field(repr=False)
    raw: str = field(repr=False)

    @property
    def empty(self) -> bool:
        return not plain(self.raw)


@dataclass(frozen=True, slots=True)
class Contacts:
    """One side's. `texts`: by canonical value, as it is written to the other side."""

    entries: Entries = field(default_factory=Entries)
    texts: Mapping[str, str] = field(default_factory=dict)

    def kind(self, key: str) -> Kind:
        return Kind(self.entries.kinds[key])

    def contact(self, key: str) -> Contact:
        return Contact(self.kind(key), self.texts[key])


def lens(kind: Kind, side: Side, rules: Rules) -> Within:
    if kind is Kind.MAIL:
        return Mail(php=side is Side.HERE)
    if side is Side.HERE:
        return Phone(rules.phone_region, "ext." if rules.phone_extensions else "")
    return Phone(rules.phone_region, "Durchwahl")


def canonical(kind: Kind, text: str, side: Side, rules: Rules) -> str | None:
    """None: nothing, or nothing that can be read."""
    said = lens(kind, side, rules).get(text)
    if isinstance(said, Unreadable) or said is EMPTY:
        return None
    return mails.key(said) if kind is Kind.MAIL else said


def read(kind: Kind, text: str, side: Side, rules: Rules) -> tuple[str, Contact] | None:
    """The contact and its canonical value; None: nothing, or nothing that can be read."""
    key = canonical(kind, text, side, rules)
    return None if key is None else (key, Contact(kind, _as_typed(kind, text, side, rules)))


def of_crm(party: EspoParty, rules: Rules) -> Contacts | None:
    """None: the CRM did not tell."""
    if party.mails is None or party.phones is None:
        return None
    rows = [(Kind.MAIL, str(row.get(MAIL_ROW) or "")) for row in party.mails]
    rows += [(crm_kind(row), str(row.get(PHONE_ROW) or "")) for row in party.phones]
    return _contacts(rows, Side.HERE, rules)


def entries_of(party: AdvowareParty, rules: Rules) -> tuple[Entry, ...]:
    return tuple(_entry(row.id, row.kind, row.value, rules) for row in party.communications)


def of_advoware(party: AdvowareParty, entries: Iterable[Entry], rules: Rules) -> Contacts | None:
    """None: Advoware did not tell. What stands under "other" may be anything; only what is a number concerns us."""
    if party.raw.get(key_of(party.raw, "kommunikation")) is None:
        return None
    rows = ((each.kind, each.raw) for each in entries if each.kind and (each.key or each.kind is not Kind.OTHER))
    return _contacts(rows, Side.THERE, rules)


def _entry(pk: int, kommkz: int, raw: str, rules: Rules) -> Entry:
    kind = kind_of(kommkz, rules)
    return Entry(pk, kommkz, kind, canonical(kind, raw, Side.THERE, rules) if kind else None, raw)


def kind_of(kommkz: int, rules: Rules) -> Kind | None:
    return next((Kind(name) for name, numbers in rules.kommkz.items() if kommkz in numbers), None)


def crm_kind(row: Mapping[str, Any]) -> Kind:
    return CRM_KINDS.get(str(row.get("type")), Kind.OTHER)


def _contacts(rows: Iterable[tuple[Kind, str]], side: Side, rules: Rules) -> Contacts:
    kinds: dict[str, str] = {}
    texts: dict[str, str] = {}
    unreadable = set()
    for kind, raw in rows:
        if found := read(kind, raw, side, rules):
            key, contact = found
            kinds.setdefault(key, kind)
            texts.setdefault(key, contact.text)
        elif text := plain(raw):
            unreadable.add(text)
    return Contacts(Entries(kinds, frozenset(unreadable)), texts)


def _as_typed(kind: Kind, raw: str, side: Side, rules: Rules) -> str:
    """A number in E.164; an address with its capitals, a name in another alphabet as the net knows it."""
    text = plain(raw)
    spot = lens(kind, side, rules).spot(text)
    assert spot is not None  # noqa: S101  it was read
    typed = text[spot.start : spot.end]
    return typed if kind is Kind.MAIL and typed.isascii() else spot.value
