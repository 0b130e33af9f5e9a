"""What is remembered of the last agreement, and how the hub's own writes since then are taken into account. Pure.

Each side is compared with what *it* said then: so values that can't be carried over may differ for ever without being
a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncapp.flows.beteiligte.contacts import Contact
from syncapp.flows.beteiligte.fields import ADVOWARE, CRM
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, value_of
from syncapp.flows.lens import entries, mails
from syncapp.flows.lens.agreement import with_own
from syncapp.flows.lens.core import EMPTY
from syncapp.flows.lens.declaration import Base, Side
from syncapp.flows.lens.entries import Entries
from syncapp.flows.lens.own import Own
from syncapp.flows.lens.records import loaded, stored
from syncapp.flows.lens.texts import line

CONTACT = "contact:"
_PLAIN = ("not_kept", "refused", "refused_for", "refused_on", "fingerprint", "stamp", "journal", "look")


@dataclass(frozen=True, slots=True)
class Agreed:
    """`fields` and `contacts` hold what was agreed only: what waits keeps its old place, or none.

    `not_kept`: values that a side took and does not show; `refused`: those that it refused on the day
    `refused_on`; as `place` names them. `refused_for`: by which rule, where it was told.
    `stamp`: how EspoCRM dated the record when it was read last. `journal`: the newest journal entry that is already in
    here. `look`: tasks or conflicts are open, so look at both sides.
    """

    number: int | None = None
    fields: Mapping[str, Base[str]] = field(default_factory=dict)
    contacts: entries.Agreed = field(default_factory=entries.Agreed)
    not_kept: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    refused_for: Mapping[str, str] = field(default_factory=dict)
    refused_on: str = ""
    fingerprint: str = ""
    stamp: str = ""
    journal: int = 0
    look: bool = False

    @property
    def known(self) -> bool:
        """Whether both sides have ever been compared."""
        return self.number is not None

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Agreed:
        """Also rows from before the lenses: there an empty text was nothing, and what could not be read a text."""
        return cls(
            number=raw.get("number"),
            fields={name: loaded([_said(each) for each in pair]) for name, pair in raw.get("fields", {}).items()},
            contacts=entries.Agreed(_entries(raw, "crm"), _entries(raw, "advoware")),
            **{name: raw[name] for name in _PLAIN if name in raw},
        )

    def to_json(self) -> dict[str, Any]:
        sides = {"crm": self.contacts.here, "advoware": self.contacts.there}
        return {
            "number": self.number,
            "fields": {name: stored(base) for name, base in self.fields.items()},
            **{f"{side}_contacts": dict(said.kinds) for side, said in sides.items()},
            **{f"{side}_unreadable": sorted(said.unreadable) for side, said in sides.items()},
            **{name: getattr(self, name) for name in _PLAIN},
        }


def place(side: Side, name: str) -> str:
    """How `not_kept` and `refused` name a field or a contact on a side."""
    return name if side is Side.THERE else f"{CRM}:{name}"


def placed(noted: str) -> tuple[Side, str]:
    prefix = place(Side.HERE, "")
    return (Side.HERE, noted.removeprefix(prefix)) if noted.startswith(prefix) else (Side.THERE, noted)


def contact_name(key: str) -> str:
    return CONTACT + key


def _said(stored: Any) -> Any:
    return line(stored) or None if isinstance(stored, str) else stored


def _entries(raw: Mapping[str, Any], side: str) -> Entries:
    kinds = raw.get(f"{side}_contacts", {})
    return Entries({_key(key): kind for key, kind in kinds.items()}, frozenset(raw.get(f"{side}_unreadable", ())))


def _key(key: str) -> str:
    """Once a domain in another alphabet was kept as it was typed."""
    return mails.key(mails.canonical(key) or key) if "@" in key else key


@dataclass(frozen=True, slots=True)
class Written:
    """What an entry of the journal wrote on a side. `certain`: it was answered; else it may have happened.

    `fields`: canonical name to (before, after); `added` and `removed`: contacts by their canonical value.
    """

    side: str
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    added: Mapping[str, Contact] = field(default_factory=dict, repr=False)
    removed: Mapping[str, Contact] = field(default_factory=dict, repr=False)
    certain: bool = True

    @property
    def at(self) -> Side:
        return Side.THERE if self.side == ADVOWARE else Side.HERE


def with_own_writes(agreed: Agreed, writes: Iterable[Written], crm: CrmSide, advoware: AdvowareSide) -> Agreed:
    """The last agreement as it would be had we settled after those writes: what we wrote was no person's change."""
    mine: dict[str, list[Own[str]]] = {}
    moved: list[tuple[str, Own[str]]] = []
    for write in writes:
        for name, (_before, after) in write.fields.items():
            mine.setdefault(name, []).append(Own(write.at, value_of(after), write.certain))
        moved += [(key, Own(write.at, contact.kind, write.certain)) for key, contact in write.added.items()]
        moved += [(key, Own(write.at, EMPTY, write.certain)) for key in write.removed]
    fields, contacts = with_own(crm.fields, agreed.fields, mine, crm.party.raw, advoware.party.raw), agreed.contacts
    if crm.contacts is not None and advoware.contacts is not None:
        contacts = entries.with_own_entries(contacts, moved, crm.contacts.entries, advoware.contacts.entries)
    return replace(agreed, fields=fields, contacts=contacts)
