"""What is remembered of the last agreement, and how the hub's own writes since then are taken into account. Pure.

Each side is compared with what *it* was like then: so values that can't be carried over (an unknown salutation) may
differ for ever without being a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.values import Reading


@dataclass(frozen=True, slots=True)
class Pair:
    """One field as it was on each side."""

    crm: str
    advoware: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """`fields` and the contacts hold what was agreed only: what is pending keeps its old place, or none.

    `not_kept`: values that Advoware took and did not keep. `stamp`: how EspoCRM dated the record when it was read
    last. `journal`: the newest journal entry that is already in here. `look`: tasks or conflicts are open, so look
    at both sides.
    """

    number: int | None = None
    fields: Mapping[str, Pair] = field(default_factory=dict)
    crm_contacts: Mapping[str, Kind] = field(default_factory=dict)
    advoware_contacts: Mapping[str, Kind] = field(default_factory=dict)
    crm_unreadable: frozenset[str] = frozenset()
    advoware_unreadable: frozenset[str] = frozenset()
    not_kept: Mapping[str, str] = field(default_factory=dict)
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
        if not raw:
            return cls()
        return cls(
            number=raw["number"],
            fields={name: Pair(*pair) for name, pair in raw["fields"].items()},
            crm_contacts={key: Kind(kind) for key, kind in raw["crm_contacts"].items()},
            advoware_contacts={key: Kind(kind) for key, kind in raw["advoware_contacts"].items()},
            crm_unreadable=frozenset(raw["crm_unreadable"]),
            advoware_unreadable=frozenset(raw["advoware_unreadable"]),
            not_kept=raw["not_kept"],
            fingerprint=raw["fingerprint"],
            stamp=raw["stamp"],
            journal=raw["journal"],
            look=raw["look"],
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "fields": {name: [pair.crm, pair.advoware] for name, pair in self.fields.items()},
            "crm_contacts": {key: str(kind) for key, kind in self.crm_contacts.items()},
            "advoware_contacts": {key: str(kind) for key, kind in self.advoware_contacts.items()},
            "crm_unreadable": sorted(self.crm_unreadable),
            "advoware_unreadable": sorted(self.advoware_unreadable),
            "not_kept": dict(self.not_kept),
            "fingerprint": self.fingerprint,
            "stamp": self.stamp,
            "journal": self.journal,
            "look": self.look,
        }


@dataclass(frozen=True, slots=True)
class OwnWrite:
    """A write of ours that the last agreement does not know. `certain`: it was answered; else it may have happened.

    `fields`: canonical name to (before, after); `added` and `removed`: contacts by their canonical value.
    """

    advoware: bool
    certain: bool
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    added: Mapping[str, Kind] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()


def with_own_writes(agreed: Agreed, writes: Iterable[OwnWrite], crm: Reading, advoware: Reading) -> Agreed:
    """The last agreement as it would be had we settled after those writes: what we wrote was no person's change.

    An uncertain write counts when the side shows what we wrote.
    """
    fields = dict(agreed.fields)
    crm_contacts, advoware_contacts = dict(agreed.crm_contacts), dict(agreed.advoware_contacts)
    for write in writes:
        side = advoware if write.advoware else crm
        for name, (_before, after) in write.fields.items():
            if write.certain or side.fields.get(name) == after:
                fields[name] = Pair(after, after)
        present = side.contacts or {}
        for key, kind in write.added.items():
            if write.certain or key in present:
                crm_contacts[key] = advoware_contacts[key] = kind
        for key in write.removed:
            if write.certain or key not in present:
                crm_contacts.pop(key, None)
                advoware_contacts.pop(key, None)
    return replace(agreed, fields=fields, crm_contacts=crm_contacts, advoware_contacts=advoware_contacts)
