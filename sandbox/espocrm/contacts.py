"""Mail addresses and phone numbers of a record: a list of which exactly one is primary, and that one by itself.

Each address and number is there once, for all records that have it. A list that is saved says for all of them how it is
spelled, of which type it is, whether it is invalid and whether somebody opted out, if who saves it may edit all of
them; a value alone says nothing of that (Core/FieldProcessing/EmailAddress/Saver.php, PhoneNumber/Saver.php, 9.2.7).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.espocrm.errors import invalid

PHONE_TYPES = ("Mobile", "Office", "Home", "Fax", "Other")
DEFAULT_PHONE_TYPE = "Mobile"
# As PHP's FILTER_VALIDATE_EMAIL: no unicode, no dot at an end or beside another one (observed on 9.2).
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
MAIL = re.compile(rf"(?=.{{1,64}}@.{{1,254}}$){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")
# E.164; extensions are refused unless they are switched on (observed on 9.2).
PHONE = re.compile(r"\+[1-9]\d{4,14}")
FIELDS = ("phoneNumber", "emailAddress")
LISTS = tuple(f"{name}Data" for name in FIELDS)
OF_ALL = {"emailAddress": ("emailAddress", "optOut", "invalid"), "phoneNumber": ("type", "optOut", "invalid")}

Record = dict[str, Any]


@dataclass(slots=True)
class Held:
    """An address or number, with the types and records that have had it; it stays when nobody has it any more."""

    said: Record
    records: list[tuple[str, Record]]


Holders = dict[tuple[str, str], Held]  # by field and value


def phone_number(typed: str) -> str:
    """In E.164, as the page makes it of what a person types; numbers without a country are German."""
    digits = re.sub(r"[^\d+]", "", typed.replace("(0)", ""))
    if digits.startswith("00"):
        return "+" + digits[2:]
    return "+49" + digits[1:] if digits.startswith("0") else digits


def as_listed(record: Record) -> Record:
    """Lists tell the primary one only, whatever is selected (Resources/metadata/app/fieldProcessing.json)."""
    return {name: value for name, value in record.items() if name not in LISTS}


def as_typed(data: Record) -> Record:
    """What EspoCRM's page sends of what a person entered; the API itself takes numbers in E.164 only."""
    changed: Record = {"phoneNumber": phone_number(str(data["phoneNumber"]))} if data.get("phoneNumber") else {}
    rows = data.get("phoneNumberData")
    if isinstance(rows, list):
        changed["phoneNumberData"] = [
            row | {"phoneNumber": phone_number(str(row["phoneNumber"]))} if row.get("phoneNumber") else row
            for row in rows
        ]
    return {**data, **changed}


def settle_contacts(entity_type: str, record: Record, changes: Record) -> None:
    """Bring `emailAddress` and `emailAddressData` (and the same of phones) into agreement within `changes`.

    The list replaces the list; the value alone replaces the primary one and leaves the others. EspoError 400 for what
    is no address or number.
    """
    for field in FIELDS:
        data_name = field + "Data"
        stored = [dict(entry) for entry in record.get(data_name) or []]
        if isinstance(changes.get(data_name), list):
            rows = [row for row in changes[data_name] if isinstance(row, dict) and str(row.get(field) or "").strip()]
        elif changes.get(field):
            kept = _stored(stored, field, changes[field])
            rows = [kept | {field: changes[field], "primary": True}, *(row for row in stored if not row["primary"])]
        elif field in changes or data_name in changes:
            rows = []
        else:
            continue
        changes[data_name] = _one_primary([_entry(entity_type, field, row, stored) for row in rows], _key(field))
        changes[field] = changes[data_name][0][field] if changes[data_name] else None


def share(
    holders: Holders, entity_type: str, record: Record, changes: Record, data: Record, may_edit: Callable[[str], bool]
) -> None:
    """After `settle_contacts`, before `changes` are the record's; `data`: what was saved."""
    for field in FIELDS:
        name = f"{field}Data"
        for entry in changes.get(name) or ():
            held = holders.setdefault((field, entry[_key(field)]), Held({}, []))
            rows = [(kind, row, _stored(row.get(name) or [], field, entry[field])) for kind, row in held.records]
            others = [each for each in rows if each[1] is not record and each[2]]
            if held.said and not (isinstance(data.get(name), list) and all(may_edit(kind) for kind, _, _ in others)):
                entry.update(held.said)
            held.said = {part: entry[part] for part in OF_ALL[field]}
            for _, row, theirs in others:
                theirs.update(held.said)
                row[field] = theirs[field] if theirs["primary"] else row[field]
            if not any(row is record for _, row in held.records):
                held.records.append((entity_type, record))
        if changes.get(name):
            changes[field] = changes[name][0][field]


def _key(field: str) -> str:
    return "lower" if field == "emailAddress" else field


def _stored(stored: list[Record], field: str, value: Any) -> Record:
    """What is known of this address or number; nothing when it is new."""
    wanted = str(value).strip().lower() if field == "emailAddress" else str(value).strip()
    return next((old for old in stored if old[_key(field)] == wanted), {})


def _entry(entity_type: str, field: str, row: Record, stored: list[Record]) -> Record:
    value = str(row[field]).strip()
    if not (MAIL if field == "emailAddress" else PHONE).fullmatch(value):
        raise invalid(entity_type, field, "emailAddress" if field == "emailAddress" else "valid")
    entry: Record = {field: value}
    if field == "emailAddress":
        entry["lower"] = value.lower()
    before = _stored(stored, field, value)
    entry |= {name: bool(row.get(name, False)) for name in ("primary", "optOut", "invalid")}
    if field == "phoneNumber":
        entry["type"] = row.get("type") or before.get("type") or DEFAULT_PHONE_TYPE
        if entry["type"] not in PHONE_TYPES:
            raise invalid(entity_type, field, "valid")
    return entry


def _one_primary(entries: list[Record], key: str) -> list[Record]:
    """Each value once, the primary one first: the first that says so, else the first of all."""
    single: dict[str, Record] = {}
    for entry in entries:
        twin = single.setdefault(entry[key], entry)
        twin["primary"] = twin["primary"] or entry["primary"]
    rows = sorted(single.values(), key=lambda entry: not entry["primary"])
    for number, entry in enumerate(rows):
        entry["primary"] = number == 0
    return rows
