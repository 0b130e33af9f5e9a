"""Parties that only Advoware has: which of them are wanted in EspoCRM, and what is done about one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Self

from syncapp.clients.advoware import AdvowareParty
from syncapp.engine.runs.planning import Closed, Failed, Plan, Postponed, Settled, Skipped, TaskNeed, still_open
from syncapp.flows.beteiligte.actions import Action
from syncapp.flows.beteiligte.contacts import Contact
from syncapp.flows.beteiligte.fields import CRM, LEGAL_FORM
from syncapp.flows.beteiligte.plan import HELD_FOR
from syncapp.flows.beteiligte.sides import AdvowareSide
from syncapp.flows.lens.core import CantHold, Value, key_of, text_of
from syncapp.flows.lens.texts import line
from syncapp.flows.limits import Resource
from syncapp.kit.marking import gettext_noop

ALIKE = "party_alike"
ALL = "all"
NAME = "name"
SOON = timedelta(minutes=1)  # a creation whose answer is awaited is settled within minutes


class Why(StrEnum):
    """The reasons of this step, as in `models.Reason`."""

    TASK_OPEN = "task_open"
    WRITING_OFF = "writing_off"
    FIELD_MISSING = "field_missing"
    OUTDATED = "outdated"
    NAMELESS = "nameless_there"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The setting PARTIES_TO_ESPOCRM: a party must meet whatever is named. None: it is not named. `form`: Advoware's
    attribute of the legal form."""

    numbers: frozenset[int] | None = None
    forms: frozenset[str] | None = None
    since: datetime | None = None
    form: str = LEGAL_FORM

    @classmethod
    def of_setting(cls, setting: Mapping[str, tuple[str, ...]], form: str) -> Self | None:
        """None: switched off."""
        if not setting:
            return None
        numbers, forms, since = (setting.get(name) for name in ("betnr", LEGAL_FORM, "changed_since"))
        return cls(
            None if numbers is None or numbers == (ALL,) else frozenset(map(int, numbers)),
            None if forms is None else frozenset(map(_word, forms)),
            None if since is None else datetime.combine(date.fromisoformat(since[0]), datetime.min.time(), UTC),
            form,
        )

    def takes(self, party: AdvowareParty) -> bool:
        if self.numbers is not None and party.number not in self.numbers:
            return False
        if self.forms is not None and _word(party.raw.get(key_of(party.raw, self.form))) not in self.forms:
            return False
        return self.since is None or (party.changed_at is not None and party.changed_at >= self.since)


def _word(value: object) -> str:
    return line(str(value or "")).casefold()


@dataclass(frozen=True, slots=True)
class BringParty(Action):
    """`targets`: canonical name to value. `alike`: although EspoCRM has one like it, as a person said."""

    kind = "party.bring"
    words = gettext_noop("create the party in the CRM as a new one: %(fields)s")
    shown = ("fields",)
    system = CRM
    targets: Mapping[str, Value[str]] = field(repr=False)
    contacts: tuple[Contact, ...] = field(repr=False)
    alike: bool = False

    @property
    def fields(self) -> list[str]:
        return [*sorted(self.targets), *(["contacts"] if self.contacts else [])]


@dataclass(frozen=True, slots=True)
class JoinParty(Action):
    """EspoCRM has it, without its number."""

    kind = "party.join"
    words = gettext_noop("enter the number %(number)s at the party %(party_id)s in the CRM")
    shown = ("number", "party_id")
    system = CRM
    number: int
    party_id: str


@dataclass(frozen=True, slots=True)
class OnlyThere:
    """`there` None: Advoware does not have it. `party_id`: who bears its number in EspoCRM already. `twin`: who surely
    is it, without a number; `alike`: ids of those who may be it. `lacking`: EspoCRM has no field for the number, so a
    creation whose answer is lost could not be found. `on_its_way`: EspoCRM's own party is being created in Advoware,
    and this may be it. `cant_be_named`: why EspoCRM can't hold its name. `refused_as_double`: EspoCRM itself said that
    it has one like it."""

    number: int
    there: AdvowareSide | None
    targets: Mapping[str, Value[str]] = field(default_factory=dict, repr=False)
    contacts: tuple[Contact, ...] = field(default=(), repr=False)
    party_id: str = ""
    twin: str = ""
    alike: tuple[str, ...] = ()
    lacking: str = ""
    cant_be_named: CantHold | None = None
    on_its_way: bool = False
    refused_as_double: bool = False
    writable: bool = True
    closed: Closed = frozenset()


def plan(state: OnlyThere) -> Plan:
    if state.party_id:
        return Plan(Settled({}))
    if state.there is None:
        return Plan(Skipped(Why.NOWHERE))
    if state.lacking:
        return Plan(Failed(Why.FIELD_MISSING, state.lacking))
    if state.cant_be_named is not None:
        name = text_of(state.there.said[NAME])
        facts = ((NAME, "", name), ("reason", state.cant_be_named.code, ""))
        needs = still_open([TaskNeed("cant_hold", CRM, NAME, Resource.PARTY, str(state.number), facts)], state.closed)
        return Plan(Skipped(Why.TASK_OPEN), tasks=needs)
    if NAME not in state.targets:
        return Plan(Skipped(Why.NAMELESS))
    if state.on_its_way:
        return Plan(Postponed(Why.OUTDATED, SOON))
    needs = still_open(_alike(state), state.closed)
    if needs and not state.twin:
        return Plan(Skipped(Why.TASK_OPEN), tasks=needs)
    asked = any(kind == ALIKE for kind, _key, _digest in state.closed)
    action: Action = BringParty(state.targets, state.contacts, asked)
    if state.twin:
        action = JoinParty(state.number, state.twin)
    if not state.writable:
        return Plan(Postponed(Why.WRITING_OFF, HELD_FOR, waits_for=CRM), held_back=(action,))
    return Plan(Settled(), (action,))


def _alike(state: OnlyThere) -> Iterator[TaskNeed]:
    if state.alike or state.refused_as_double:
        facts = tuple(("id", each, "") for each in state.alike)
        yield TaskNeed(ALIKE, CRM, "", Resource.PARTY, str(state.number), facts)
