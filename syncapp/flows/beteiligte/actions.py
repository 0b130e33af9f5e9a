"""What a run of a party may do outside. Pure; the names are shown to staff: ids and names of fields, never values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.sides import Entry
from syncapp.flows.beteiligte.values import ADVOWARE, CRM, Contact

_A_CONTACT = {
    Kind.MAIL: "mail address",
    Kind.OFFICE: "phone number",
    Kind.HOME: "private phone number",
    Kind.MOBILE: "mobile number",
    Kind.FAX: "fax number",
    Kind.OTHER: "number",
}


@dataclass(frozen=True, slots=True)
class CreateParty:
    """`values`: canonical names."""

    values: Mapping[str, str] = field(repr=False)
    system: str = ADVOWARE

    @property
    def name(self) -> str:
        return "create the party in Advoware"


@dataclass(frozen=True, slots=True)
class SaveParty:
    """`targets`: canonical name to value; `undoes`: fields that are taken back."""

    targets: Mapping[str, str] = field(repr=False)
    undoes: frozenset[str] = frozenset()
    system: str = ADVOWARE

    @property
    def name(self) -> str:
        words = f"write {', '.join(sorted(self.targets))} to Advoware"
        return f"undo: {words}" if self.undoes == set(self.targets) else words


@dataclass(frozen=True, slots=True)
class AddContact:
    """`entry`: an entry that is free, or whose value is to be replaced."""

    key: str = field(repr=False)
    contact: Contact = field(repr=False)
    kommkz: int
    entry: Entry | None = None
    system: str = ADVOWARE

    @property
    def name(self) -> str:
        what = _A_CONTACT[self.contact.kind]
        if self.entry is not None:
            return f"reuse entry {self.entry.id} in Advoware for a {what}"
        return f"add a {what} in Advoware"


@dataclass(frozen=True, slots=True)
class EmptyContact:
    """Advoware can't delete an entry: it is emptied, and used again later."""

    entry: Entry
    system: str = ADVOWARE

    @property
    def name(self) -> str:
        return f"empty entry {self.entry.id} in Advoware"


@dataclass(frozen=True, slots=True)
class WriteCrm:
    """The single write to EspoCRM: values, contacts and bookkeeping together.

    The bookkeeping is worked out when it is written: the version in Advoware is known only then.
    """

    targets: Mapping[str, str] = field(default_factory=dict, repr=False)
    add: Mapping[str, Contact] = field(default_factory=dict, repr=False)
    remove: frozenset[str] = field(default=frozenset(), repr=False)
    retype: Mapping[str, Kind] = field(default_factory=dict, repr=False)
    status: str = "clean"
    system: str = CRM

    @property
    def contacts(self) -> bool:
        return bool(self.add or self.remove or self.retype)

    @property
    def changes(self) -> bool:
        """Whether more than bookkeeping is written."""
        return bool(self.targets or self.contacts)

    @property
    def name(self) -> str:
        words = [*sorted(self.targets), *(["contacts"] if self.contacts else [])]
        return f"write {', '.join(words) or 'the state of the sync'} to the CRM"


Action = CreateParty | SaveParty | AddContact | EmptyContact | WriteCrm
