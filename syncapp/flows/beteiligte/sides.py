"""From what the systems answered to canonical readings, and back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from syncapp.clients.advoware import AdvowareParty
from syncapp.clients.espocrm import EspoParty
from syncapp.flows.beteiligte import values
from syncapp.flows.beteiligte.fields import CONTACTS, Form, Kind, PartyField, Rules
from syncapp.flows.beteiligte.values import Contact, Reading

SAME_SECOND = timedelta(seconds=2)  # EspoCRM's times are whole seconds, and clocks differ a little
_CRM_PHONES: Mapping[str, Kind] = {each.crm: each.kind for each in CONTACTS if each.crm}
_PHONE_TYPES = {kind: name for name, kind in _CRM_PHONES.items()}


@dataclass(frozen=True, slots=True)
class CrmSide:
    """The party in EspoCRM. `shown` holds its bookkeeping fields, those only that the CRM has; `lacking` names those
    of the table that it does not have."""

    party: EspoParty = field(repr=False)
    company: bool
    reading: Reading
    shown: Mapping[str, object]
    lacking: frozenset[str] = frozenset()

    @property
    def number(self) -> int | None:
        return self.party.number

    def table(self, rules: Rules) -> tuple[PartyField, ...]:
        return tuple(each for each in rules.of(self.company) if each.name not in self.lacking)

    def stamp(self, now: datetime) -> str:
        """How the CRM dates this state of the record; "" while it may still change within the same second."""
        modified_at = self.party.modified_at
        if modified_at is None or now - modified_at < SAME_SECOND:
            return ""
        return modified_at.astimezone(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class Entry:
    """One communication entry in Advoware. `kind` None: a sort that is not synced. `key` None: empty or unreadable."""

    id: int
    kommkz: int
    kind: Kind | None
    key: str | None = field(repr=False)
    empty: bool


@dataclass(frozen=True, slots=True)
class AdvowareSide:
    party: AdvowareParty = field(repr=False)
    reading: Reading
    entries: tuple[Entry, ...]

    @property
    def number(self) -> int:
        return self.party.number


def raw_fields(party: AdvowareParty, table: Iterable[PartyField]) -> dict[str, str]:
    return {each.name: party.text(each.advoware) for each in table}


def read_fields(raw: Mapping[str, str], table: Iterable[PartyField], rules: Rules, *, advoware: bool) -> Reading:
    """`raw`: canonical name to the text as it stands on that side."""
    fields: dict[str, str] = {}
    unclear = set()
    back = {theirs: ours for ours, theirs in rules.salutations.items()}
    for each in table:
        value = values.text(raw.get(each.name, ""))
        match each.form:
            case Form.DATE:
                found = values.day(value)
                if found is None:
                    unclear.add(each.name)
                fields[each.name] = value if found is None else found
            case Form.CHOICE:
                known = back if advoware else rules.salutations
                if value and value not in known:
                    unclear.add(each.name)
                fields[each.name] = back.get(value, value) if advoware else value
            case Form.TEXT:
                fields[each.name] = value
    return Reading(fields, None, frozenset(unclear))


def crm_contacts(
    mails: Iterable[Mapping[str, Any]], phones: Iterable[Mapping[str, Any]], region: str
) -> tuple[dict[str, Contact], frozenset[str]]:
    rows = [(Kind.MAIL, str(row.get("emailAddress") or "")) for row in mails]
    rows += [(_CRM_PHONES.get(str(row.get("type")), Kind.OTHER), str(row.get("phoneNumber") or "")) for row in phones]
    return _contacts(rows, region)


def kind_of(kommkz: int, rules: Rules) -> Kind | None:
    return next((Kind(name) for name, numbers in rules.kommkz.items() if kommkz in numbers), None)


def advoware_entries(
    rows: Iterable[tuple[int, int, str]], rules: Rules
) -> tuple[tuple[Entry, ...], dict[str, Contact], frozenset[str]]:
    """`rows`: id, kommKz and value of every entry."""
    entries, wanted = [], []
    for pk, kommkz, raw in rows:
        kind, value = kind_of(kommkz, rules), values.text(raw)
        key = values.contact_key(kind, value, rules.phone_region) if kind and value else None
        entries.append(Entry(pk, kommkz, kind, key, empty=not value))
        # What stands under "other" may be anything at all; only what is a number concerns us.
        if kind and (key or kind is not Kind.OTHER):
            wanted.append((kind, value))
    contacts, unreadable = _contacts(wanted, rules.phone_region)
    return tuple(entries), contacts, unreadable


def _contacts(rows: Iterable[tuple[Kind, str]], region: str) -> tuple[dict[str, Contact], frozenset[str]]:
    found: dict[str, Contact] = {}
    unreadable = set()
    for kind, raw in rows:
        value = values.text(raw)
        if not value:
            continue
        key = values.contact_key(kind, value, region)
        if key is None:
            unreadable.add(value)
        else:
            found.setdefault(key, Contact(kind, values.contact_text(kind, value, key)))
    return found, frozenset(unreadable)


def for_crm(targets: Mapping[str, str], rules: Rules, *, company: bool) -> dict[str, object]:
    """Canonical values as attributes of EspoCRM; an empty date is null."""
    fields = ((each, targets[each.name]) for each in rules.fields if each.name in targets)
    return {f.crm_name(company): (value or None) if f.form is Form.DATE else value for f, value in fields}


def for_advoware(targets: Mapping[str, str], rules: Rules) -> dict[str, object]:
    """Canonical values under Advoware's names; a date is midnight of its day, an empty one null."""
    written: dict[str, object] = {}
    for each in rules.fields:
        if each.name not in targets:
            continue
        value = targets[each.name]
        match each.form:
            case Form.DATE:
                written[each.advoware] = f"{value}T00:00:00" if value else None
            case Form.CHOICE:
                written[each.advoware] = rules.salutations.get(value, value)
            case Form.TEXT:
                written[each.advoware] = value
    return written


def changed_mails(
    rows: Iterable[Mapping[str, Any]], remove: Iterable[str], add: Iterable[Contact]
) -> list[dict[str, Any]]:
    """EspoCRM's list of mail addresses after the change; what is not concerned keeps all its flags."""
    gone = set(remove)
    kept = [dict(row) for row in rows if values.mail(str(row.get("emailAddress") or "")) not in gone]
    kept += [{"emailAddress": contact.text, "lower": contact.text.lower(), "primary": False} for contact in add]
    return _with_a_primary(kept)


def changed_phones(
    rows: Iterable[Mapping[str, Any]],
    remove: Iterable[str],
    add: Iterable[Contact],
    retype: Mapping[str, Kind],
    region: str,
) -> list[dict[str, Any]]:
    gone = set(remove)
    kept = []
    for row in rows:
        key = values.phone(str(row.get("phoneNumber") or ""), region)
        if key not in gone:
            kind = retype.get(key or "")
            kept.append(dict(row) | ({"type": _PHONE_TYPES[kind]} if kind else {}))
    kept += [{"phoneNumber": c.text, "type": _PHONE_TYPES[c.kind], "primary": False} for c in add]
    return _with_a_primary(kept)


def _with_a_primary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if rows and not any(row.get("primary") for row in rows):
        rows[0]["primary"] = True
    return rows
