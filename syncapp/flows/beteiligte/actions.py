"""What a run of a party may do outside, and what it says beside. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from syncapp.engine.runs import planning
from syncapp.flows.beteiligte.contacts import Contact, Entry
from syncapp.flows.beteiligte.fields import ADVOWARE, CRM, Kind
from syncapp.flows.lens.core import Value
from syncapp.kit.marking import gettext_noop


class Action(planning.Action):
    __slots__ = ()
    system: ClassVar[str] = ADVOWARE


@dataclass(frozen=True, slots=True)
class CreateParty(Action):
    """`targets`: canonical name to value."""

    kind = "party.create"
    words = gettext_noop("create the party in Advoware as a new one")
    targets: Mapping[str, Value[str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SaveParty(Action):
    """`targets`: canonical name to value."""

    kind = "party.save"
    words = gettext_noop("write to Advoware: %(fields)s")
    shown = ("fields",)
    targets: Mapping[str, Value[str]] = field(repr=False)

    @property
    def fields(self) -> list[str]:
        return sorted(self.targets)


@dataclass(frozen=True, slots=True)
class TakeBack(SaveParty):
    """All of it are values that staff want back."""

    kind = "party.take_back"
    words = gettext_noop("take back in Advoware: %(fields)s")


@dataclass(frozen=True, slots=True)
class AddContact(Action):
    """`value`: as it is written."""

    kind = "party.add_contact"
    words = gettext_noop("add in Advoware: %(field)s")
    shown: ClassVar[tuple[str, ...]] = ("field",)
    key: str = field(repr=False)
    contact: Contact = field(repr=False)
    kommkz: int
    value: str = field(repr=False)

    @property
    def field(self) -> str:
        return str(self.contact.kind)


@dataclass(frozen=True, slots=True)
class ReuseEntry(AddContact):
    """`entry`: one that is free, or whose value is to be replaced."""

    kind = "party.reuse_entry"
    words = gettext_noop("use the emptied entry %(entry_id)s in Advoware again, for: %(field)s")
    shown = ("entry_id", "field")
    entry: Entry

    @property
    def entry_id(self) -> int:
        return self.entry.id


@dataclass(frozen=True, slots=True)
class EmptyContact(Action):
    """Advoware can't delete an entry: it is emptied, and used again later."""

    kind = "party.empty_contact"
    words = gettext_noop("empty the contact entry %(entry_id)s in Advoware")
    shown = ("entry_id",)
    entry: Entry

    @property
    def entry_id(self) -> int:
        return self.entry.id


@dataclass(frozen=True, slots=True)
class WriteCrm(Action):
    """The single write to EspoCRM: values, contacts and bookkeeping together.

    The bookkeeping is worked out when it is written: the version in Advoware is known only then.
    """

    kind = "party.write_crm"
    words = gettext_noop("write to the CRM: %(fields)s")
    shown = ("fields",)
    system = CRM
    targets: Mapping[str, Value[str]] = field(default_factory=dict, repr=False)
    add: Mapping[str, Contact] = field(default_factory=dict, repr=False)
    remove: frozenset[str] = field(default=frozenset(), repr=False)
    retype: Mapping[str, Kind] = field(default_factory=dict, repr=False)
    status: str = "clean"

    @property
    def contacts(self) -> bool:
        return bool(self.add or self.remove or self.retype)

    @property
    def changes(self) -> bool:
        """Whether more than bookkeeping is written."""
        return bool(self.targets or self.contacts)

    @property
    def fields(self) -> list[str]:
        return [*sorted(self.targets), *(["contacts"] if self.contacts else [])] or ["syncStatus"]


@dataclass(frozen=True, slots=True)
class Unclear(planning.Note):
    kind = "party.unclear"
    words = gettext_noop(
        "%(field)s: this value is not in the table of known values, so it stays as it is on both sides."
    )
    shown = ("field",)
    field: str
