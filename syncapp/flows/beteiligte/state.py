"""What is known about a party when a run decides. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from syncapp.flows.beteiligte.agreement import Agreed
from syncapp.flows.beteiligte.fields import ADVOWARE, CRM, SYSTEMS, Rules
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.taking_back import TakingBack
from syncapp.flows.lens.declaration import Holds, Outcome, Side, What


class Why(StrEnum):
    """The reasons of this flow, as in `models.Reason`."""

    TASK_OPEN = "task_open"
    ENTITY_GONE = "entity_gone"
    NO_NAME = "no_name"
    BOTH_CHANGED = "both_changed"
    WRITING_OFF = "writing_off"
    NUMBER_TAKEN = "number_taken"
    GONE_THERE = "gone_there"
    FIELD_MISSING = "field_missing"


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
class Choice:
    """What a person decided about a conflict, and the values that were shown then."""

    side: Side
    crm: str
    advoware: str


@dataclass(frozen=True, slots=True)
class PartyState:
    """`crm` None: deleted. `advoware` None: not asked, or there is none (`number` tells). `base`: the last agreement
    with our own writes since. `closed`: needs that a person has closed. `stale_bookkeeping`: what EspoCRM shows of the
    sync is not what it should be. `first`: whose value holds where nothing was agreed yet. `lacking`: the CRM does not
    show its number, so nobody knows whether it has one."""

    agreed: Agreed
    crm: CrmSide | None
    number: int | None = None
    advoware: AdvowareSide | None = None
    base: Agreed = field(default_factory=Agreed)
    rules: Rules = field(default_factory=Rules)
    writable: frozenset[str] = frozenset({CRM, ADVOWARE})
    first: Holds = Holds.NOBODY
    creation: Creation | None = None
    taken_by: str = ""
    lacking: str = ""
    removed_number: int | None = None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    taking_back: TakingBack = field(default_factory=TakingBack)
    closed: frozenset[tuple[str, str, str]] = frozenset()
    stale_bookkeeping: bool = False
    untouched: bool = False

    def waits(self, outcome: Outcome[Any]) -> bool:
        """Whether it can't be written, because writing to that side is switched off."""
        return outcome.what is What.PUT and any(SYSTEMS[side] not in self.writable for side in outcome.to)
