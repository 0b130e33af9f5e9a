"""The fields of a party that both systems have, as one table, and the kinds of its contacts as another. Pure.

A line here is all that a new field needs: its names and its two lenses, EspoCRM's and Advoware's; its label's German
goes into the catalogue. The names in Advoware beyond `name`, `rechtsform`, `geburtsdatum` and `anrede` are not public:
the setting ADVOWARE_PARTY_FIELDS replaces them, and an empty name switches a field off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from syncapp.clients.espocrm.takes import Takes
from syncapp.flows.lens.bounds import bounded
from syncapp.flows.lens.core import Attribute, Lens, Raw, Twice
from syncapp.flows.lens.days import Choice, Day
from syncapp.flows.lens.declaration import Field, Holds, Side, Way
from syncapp.flows.lens.texts import Text
from syncapp.kit.marking import gettext_noop as _

if TYPE_CHECKING:
    from bitbylaw.config import Config

CRM, ADVOWARE = "espocrm", "advoware"
SYSTEMS: Final[Mapping[Side, str]] = {Side.HERE: CRM, Side.THERE: ADVOWARE}


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


WAYS: Mapping[Direction, Way] = {
    Direction.BOTH: Way.BOTH,
    Direction.TO_ADVOWARE: Way.TO_THERE,
    Direction.TO_ESPOCRM: Way.TO_HERE,
    Direction.OFF: Way.OFF,
}
HOLDS: Mapping[Rule, Holds] = {Rule.ESPOCRM: Holds.HERE, Rule.ADVOWARE: Holds.THERE, Rule.PERSON: Holds.PERSON}


class Lenses(NamedTuple):
    """How EspoCRM has a value, and how Advoware has it, at an installation."""

    here: Callable[[Rules], Lens[object, str]]
    there: Callable[[Rules], Lens[object, str]]


_LATIN = Text(charset="latin-1")
TEXT = Lenses(lambda _rules: Text(), lambda _rules: _LATIN)
NAME = Lenses(lambda _rules: Text(refused="<>"), lambda _rules: _LATIN)
DAY = Lenses(lambda _rules: Day(), lambda _rules: Day("T00:00:00"))
SALUTATION = Lenses(
    lambda rules: Choice({ours: (ours,) for ours in rules.salutations}),
    lambda rules: Choice({ours: (theirs,) for ours, theirs in rules.salutations.items()}),
)


@dataclass(frozen=True, slots=True)
class PartyField:
    """`crm`: attribute in EspoCRM; of a company `crm_company`, a plain text, where it differs. `label`: what staff call
    it. `needed`: may not be emptied. `named`: part of the name that EspoCRM shows."""

    name: str
    crm: str
    advoware: str
    label: str
    lenses: Lenses = TEXT
    who: Who = Who.ALL
    crm_company: str = ""
    needed: bool = False
    named: bool = False

    def crm_name(self, company: bool) -> str:
        return self.crm_company if company and self.crm_company else self.crm

    def concerns(self, company: bool) -> bool:
        return self.who is Who.ALL or (self.who is Who.COMPANY) == company


FIRST_NAME, LEGAL_FORM = "vorname", "rechtsform"  # which other modules ask for by name

TABLE: tuple[PartyField, ...] = (
    PartyField("name", "lastName", "name", _("Name"), NAME, crm_company="firmenname", needed=True, named=True),
    PartyField(FIRST_NAME, "firstName", "vorname", _("First name"), NAME, who=Who.PERSON, named=True),
    PartyField("anrede", "salutationName", "anrede", _("Salutation"), SALUTATION, Who.PERSON),
    PartyField("geburtsdatum", "dateOfBirth", "geburtsdatum", _("Date of birth"), DAY, Who.PERSON),
    PartyField(LEGAL_FORM, "rechtsform", "rechtsform", _("Legal form")),
    PartyField(
        "handelsregisternummer",
        "handelsregisterNummer",
        "handelsRegisterNummer",
        _("Commercial register number"),
        who=Who.COMPANY,
    ),
    PartyField("registergericht", "registergericht", "registergericht", _("Register court"), who=Who.COMPANY),
)


class Kind(StrEnum):
    MAIL = "mail"
    OFFICE = "office"
    HOME = "home"
    MOBILE = "mobile"
    FAX = "fax"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ContactKind:
    """`crm`: the type of a phone number in EspoCRM. `kommkz`: which of Advoware's hold it, the first one is used for
    new entries; not public: setting ADVOWARE_KOMMKZ."""

    kind: Kind
    crm: str
    kommkz: tuple[int, ...]
    label: str


CONTACTS: tuple[ContactKind, ...] = (
    ContactKind(Kind.OFFICE, "Office", (1,), _("Phone number")),
    ContactKind(Kind.FAX, "Fax", (2, 7), _("Fax number")),
    ContactKind(Kind.MOBILE, "Mobile", (3, 9), _("Mobile number")),
    ContactKind(Kind.MAIL, "", (4, 8), _("Mail address")),
    ContactKind(Kind.HOME, "Home", (6,), _("Private phone number")),
    ContactKind(Kind.OTHER, "Other", (10,), _("Number of another kind")),
)
SALUTATIONS: Mapping[str, str] = {"Herr": "Herr", "Frau": "Frau", "Divers": "Divers"}
_OTHER_LABELS: Mapping[str, str] = {
    "kontakt": _("Contact entry"),
    "contacts": _("Phone numbers and mail addresses"),
    "phoneNumberData": _("Phone number"),  # whose type changed
    "betnr": _("Number in Advoware"),
}


def declared() -> list[Field[Raw, Raw, str]]:
    """Every field with its lenses, as persons and as companies have it."""
    rules = Rules()
    return [rules.field(each, company) for company in (True, False) for each in rules.of(company)]


def labels() -> dict[str, str]:
    """What staff call the fields, and what else of a party stands in tasks, plans, refusals and the journal."""
    return {
        **{name: each.label for each in TABLE for name in (each.advoware, each.crm_company, each.crm) if name},
        **{each.name: each.label for each in TABLE},
        **{each.kind: each.label for each in CONTACTS},
        **_OTHER_LABELS,
    }


@dataclass(frozen=True, slots=True)
class Rules:
    """How an installation wants its parties synced. `salutations`: EspoCRM's value to Advoware's. `takes`: what
    EspoCRM's fields take."""

    fields: tuple[PartyField, ...] = field(default_factory=lambda: TABLE)
    directions: Mapping[str, Direction] = field(default_factory=dict)
    conflicts: Mapping[str, Rule] = field(default_factory=dict)
    salutations: Mapping[str, str] = field(default_factory=lambda: dict(SALUTATIONS))
    kommkz: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: {each.kind: each.kommkz for each in CONTACTS})
    phone_region: str = "DE"
    phone_extensions: bool = False  # whether EspoCRM takes them
    takes: Mapping[str, Takes] = field(default_factory=dict)

    @classmethod
    def of_settings(cls, config: Config) -> Rules:
        usual, theirs = cls(), config.ADVOWARE_PARTY_FIELDS
        return cls(
            fields=tuple(replace(each, advoware=theirs.get(each.name, each.advoware)) for each in TABLE),
            directions={name: Direction(value) for name, value in config.PARTY_DIRECTIONS.items()},
            conflicts={name: Rule(value) for name, value in config.PARTY_CONFLICTS.items()},
            salutations=config.ADVOWARE_SALUTATIONS or usual.salutations,
            kommkz=dict(config.ADVOWARE_KOMMKZ.items()) or usual.kommkz,
            phone_region=config.PHONE_REGION,
            phone_extensions=config.PHONE_EXTENSIONS,
        )

    @property
    def synced(self) -> tuple[PartyField, ...]:
        """All but those that are switched off."""
        return tuple(each for each in self.fields if each.advoware and self.direction(each.name) is not Direction.OFF)

    def direction(self, name: str) -> Direction:
        return self.directions.get(name, Direction.BOTH)

    def rule(self, name: str) -> Rule:
        return self.conflicts.get(name, Rule.ESPOCRM)

    def of(self, company: bool) -> tuple[PartyField, ...]:
        return tuple(each for each in self.fields if each.advoware and each.concerns(company))

    def field(self, each: PartyField, company: bool) -> Field[Raw, Raw, str]:
        lenses = TEXT if company and each.crm_company else each.lenses
        here = Attribute(each.crm_name(company), lenses.here(self))
        if here.name != each.crm:  # as EspoCRM is delivered every party needs a last name, so a firm's is there too
            here = Twice(here.name, here.lens, also=each.crm)
        line = Field(
            each.name,
            here,
            Attribute(each.advoware, lenses.there(self), any_case=True),
            HOLDS[self.rule(each.name)],
            WAYS[self.direction(each.name)],
            each.needed,
        )
        return bounded(line, self.takes)
