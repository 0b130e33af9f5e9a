"""What is remembered of the last agreement, and how the hub's own writes since then are taken into account. Pure.

Each side is compared with what *it* was like then: so values that can't be carried over (an unknown salutation) may
differ for ever without being a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, NamedTuple

from pydantic import PlainSerializer, TypeAdapter

from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.values import ADVOWARE, Contact, Reading

Texts = Annotated[frozenset[str], PlainSerializer(sorted)]


class Pair(NamedTuple):
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
    crm_unreadable: Texts = frozenset()
    advoware_unreadable: Texts = frozenset()
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
        return _STORED.validate_python(raw)

    def to_json(self) -> dict[str, Any]:
        stored: dict[str, Any] = _STORED.dump_python(self, mode="json")
        return stored


_STORED = TypeAdapter(Agreed)


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


def with_own_writes(agreed: Agreed, writes: Iterable[Written], crm: Reading, advoware: Reading) -> Agreed:
    """The last agreement as it would be had we settled after those writes: what we wrote was no person's change.

    An uncertain write counts when the side shows what we wrote.
    """
    fields = dict(agreed.fields)
    crm_contacts, advoware_contacts = dict(agreed.crm_contacts), dict(agreed.advoware_contacts)
    for write in writes:
        side = advoware if write.side == ADVOWARE else crm
        for name, (_before, after) in write.fields.items():
            if write.certain or side.fields.get(name) == after:
                fields[name] = Pair(after, after)
        present = side.contacts or {}
        for key, contact in write.added.items():
            if write.certain or key in present:
                crm_contacts[key] = advoware_contacts[key] = contact.kind
        for key in write.removed:
            if write.certain or key not in present:
                crm_contacts.pop(key, None)
                advoware_contacts.pop(key, None)
    return replace(agreed, fields=fields, crm_contacts=crm_contacts, advoware_contacts=advoware_contacts)
