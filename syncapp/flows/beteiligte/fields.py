"""The fields of a party that both systems have, as one table. Pure.

The names in Advoware beyond `name`, `rechtsform`, `geburtsdatum` and `anrede` are not public: the setting
ADVOWARE_PARTY_FIELDS replaces them, and an empty name switches a field off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Form(StrEnum):
    """How a value is brought to its canonical form before it is compared."""

    TEXT = "text"  # NFC, single blanks
    DATE = "date"  # YYYY-MM-DD
    CHOICE = "choice"  # through a table; a value that is not in it is kept and never guessed


class Who(StrEnum):
    ALL = "all"
    PERSON = "person"
    COMPANY = "company"


class Direction(StrEnum):
    """Who may write a field."""

    BOTH = "both"
    TO_ADVOWARE = "to_advoware"
    TO_ESPOCRM = "to_espocrm"
    OFF = "off"


class Rule(StrEnum):
    """Whose value holds when both sides changed the same field."""

    ESPOCRM = "espocrm"
    ADVOWARE = "advoware"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class PartyField:
    """`crm`: attribute in EspoCRM; of a company `crm_company` where it differs. `needed`: may not be emptied."""

    name: str
    crm: str
    advoware: str
    form: Form = Form.TEXT
    who: Who = Who.ALL
    crm_company: str = ""
    needed: bool = False

    def crm_name(self, company: bool) -> str:
        return self.crm_company if company and self.crm_company else self.crm

    def concerns(self, company: bool) -> bool:
        return self.who is Who.ALL or (self.who is Who.COMPANY) == company


TABLE: tuple[PartyField, ...] = (
    PartyField("name", "lastName", "name", crm_company="firmenname", needed=True),
    PartyField("vorname", "firstName", "vorname", who=Who.PERSON),
    PartyField("anrede", "salutationName", "anrede", Form.CHOICE, Who.PERSON),
    PartyField("geburtsdatum", "dateOfBirth", "geburtsdatum", Form.DATE, Who.PERSON),
    PartyField("rechtsform", "rechtsform", "rechtsform"),
    PartyField("handelsregisternummer", "handelsregisterNummer", "handelsRegisterNummer", who=Who.COMPANY),
    PartyField("registergericht", "registergericht", "registergericht", who=Who.COMPANY),
)

# Which kommKz of Advoware holds what; the first one is used for new entries. Not public: setting ADVOWARE_KOMMKZ.
KOMMKZ: Mapping[str, tuple[int, ...]] = {
    "office": (1,),
    "fax": (2, 7),
    "mobile": (3, 9),
    "mail": (4, 8),
    "home": (6,),
    "other": (10,),
}
SALUTATIONS: Mapping[str, str] = {"Herr": "Herr", "Frau": "Frau", "Divers": "Divers"}


@dataclass(frozen=True, slots=True)
class Rules:
    """How an installation wants its parties synced. `salutations`: EspoCRM's value to Advoware's."""

    fields: tuple[PartyField, ...] = TABLE
    directions: Mapping[str, Direction] = field(default_factory=dict)
    conflicts: Mapping[str, Rule] = field(default_factory=dict)
    salutations: Mapping[str, str] = field(default_factory=lambda: dict(SALUTATIONS))
    kommkz: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: dict(KOMMKZ))
    phone_region: str = "DE"

    def direction(self, name: str) -> Direction:
        return self.directions.get(name, Direction.BOTH)

    def rule(self, name: str) -> Rule:
        return self.conflicts.get(name, Rule.ESPOCRM)

    def of(self, company: bool) -> tuple[PartyField, ...]:
        return tuple(each for each in self.fields if each.advoware and each.concerns(company))
