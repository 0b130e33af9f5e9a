"""What is known about a party when a run decides, and the comparison of both sides. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from syncapp.engine.runs.planning import Plan
from syncapp.flows.beteiligte.agreement import Agreed
from syncapp.flows.beteiligte.fields import PartyField, Rules
from syncapp.flows.beteiligte.merge import Choice, FieldOutcome, Fields, Way, merge_fields
from syncapp.flows.beteiligte.merge_contacts import NO_CONTACTS, ContactOutcome, merge_contacts
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.taking_back import TakingBack
from syncapp.flows.beteiligte.values import ADVOWARE, CRM


class Why(StrEnum):
    """The reasons of this flow, as in `models.Reason`."""

    TASK_OPEN = "task_open"
    ENTITY_GONE = "entity_gone"
    NO_NAME = "no_name"
    BOTH_CHANGED = "both_changed"
    WRITING_OFF = "writing_off"
    NUMBER_TAKEN = "number_taken"
    GONE_THERE = "gone_there"


class Shown(StrEnum):
    """What `syncStatus` says in EspoCRM."""

    CLEAN = "clean"
    UNCLEAN = "unclean"
    CONFLICT = "conflict"
    DELETED = "deleted_in_advoware"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Creation:
    """What became of an earlier try to create the party whose answer was lost, and that nobody could find.

    `key` names the try; `candidates`: numbers that may be it, where Advoware's list could be asked.
    """

    key: str
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PartyState:
    """`crm` None: deleted. `advoware` None: not asked, or there is none (`number` tells). `base`: the last agreement
    with our own writes since. `closed`: needs that a person has closed. `stale_bookkeeping`: what EspoCRM shows of the
    sync is not what it should be."""

    agreed: Agreed
    crm: CrmSide | None
    number: int | None = None
    advoware: AdvowareSide | None = None
    base: Agreed = field(default_factory=Agreed)
    rules: Rules = field(default_factory=Rules)
    writable: frozenset[str] = frozenset({CRM, ADVOWARE})
    newer: str = ""
    creation: Creation | None = None
    taken_by: str = ""
    removed_number: int | None = None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    taking_back: TakingBack = field(default_factory=TakingBack)
    closed: frozenset[tuple[str, str, str]] = frozenset()
    stale_bookkeeping: bool = False
    untouched: bool = False

    @property
    def table(self) -> tuple[PartyField, ...]:
        return self.crm.table(self.rules) if self.crm else ()

    def values(self, name: str) -> tuple[str, str]:
        """A field as EspoCRM and Advoware have it; "" where there is none."""
        return text_of(self.crm, name), text_of(self.advoware, name)

    def waits(self, outcome: FieldOutcome) -> bool:
        """Whether it can't be written, because writing to that side is switched off."""
        return (outcome.to_crm and CRM not in self.writable) or (outcome.to_advoware and ADVOWARE not in self.writable)


def text_of(side: CrmSide | AdvowareSide | None, name: str) -> str:
    return side.reading.fields.get(name, "") if side else ""


@dataclass(frozen=True, slots=True)
class Merged:
    """The comparison of both sides; empty where one is missing."""

    fields: tuple[FieldOutcome, ...] = ()
    contacts: ContactOutcome = NO_CONTACTS

    @property
    def contacts_to_crm(self) -> bool:
        """While a person has to choose between values, contacts only go towards Advoware."""
        return not any(each.way is Way.CONFLICT for each in self.fields)


@dataclass(frozen=True, slots=True)
class PartyPlan(Plan):
    """With the comparison it stands on, which the end of the run needs again."""

    merged: Merged = field(default_factory=Merged, compare=False)


def merge(state: PartyState) -> Merged:
    crm, advoware = state.crm, state.advoware
    if crm is None or advoware is None:
        return Merged()
    given = Fields(
        crm.reading,
        advoware.reading,
        state.base.fields,
        state.rules,
        state.newer,
        state.choices,
        state.taking_back.fields,
    )
    fields = merge_fields(state.table, given)
    back = state.taking_back
    contacts = merge_contacts(
        crm.reading.contacts, advoware.reading.contacts, state.base, back.contacts_in, back.contacts_out
    )
    return Merged(fields, contacts)
