"""Which Akte of Advoware a case is, out of what was read. Pure.

Advoware's Akten are only read. In the CRM the one thing that is ever written is the Akte's number, into an empty field.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.engine.runs.planning import Action, Plan, Settled, Skipped, TaskNeed
from syncapp.flows.akten.mapping import Agreed, Names, Why, canonical
from syncapp.kit.marking import gettext_noop

AKTE = "Akte"  # what the number of a task's target is of
MOST_SHOWN = 10  # of the Akten that could be meant
USUAL = Names()


@dataclass(frozen=True, slots=True)
class Akte:
    """Of Advoware; `reference` as it writes it."""

    id: str
    reference: str


@dataclass(frozen=True, slots=True)
class CaseState:
    """All that was read. `akte_id`, `reference`: what stands in the case; `found`: the Akten of that number, or without
    a number those of that Aktenzeichen. `lacking`: fields that the CRM does not have, or does not show to the hub."""

    names: Names = USUAL
    akte_id: str = ""
    reference: str = ""
    found: tuple[Akte, ...] = ()
    gone: bool = False
    lacking: tuple[str, ...] = ()
    resting: bool = False  # by its status
    unchanged: bool = False

    @property
    def akte(self) -> Akte | None:
        """The one that is known to be the case's: its number stands there, or its Aktenzeichen is nobody else's."""
        (first, *more) = self.found or (None,)
        return first if not more and (self.akte_id or (first and _agrees(self, first))) else None


@dataclass(frozen=True, slots=True)
class WriteNumber(Action):
    kind = "matter.write_number"
    words = gettext_noop("enter the matter no. %(akte_id)s in the CRM")
    shown = ("akte_id",)
    akte_id: str


def plan(state: CaseState) -> Plan:
    nothing = Agreed().to_json()
    if state.gone:
        return Plan(Skipped(Why.ENTITY_GONE, agreed=nothing))
    if state.lacking:
        return Plan(Skipped(Why.NO_FIELD, ", ".join(state.lacking)))
    if state.resting:
        return Plan(Skipped(Why.RESTING))
    if state.unchanged:
        return Plan(Settled())
    if not state.akte_id and not state.reference:
        return Plan(Skipped(Why.NO_REFERENCE, agreed=nothing))
    needs = tuple(_needs(state))
    akte_id = state.akte_id or (state.akte.id if state.akte else "")
    write = (WriteNumber(akte_id),) if akte_id != state.akte_id else ()
    task = f"{needs[0].kind}:{needs[0].digest[:16]}" if needs else ""
    return Plan(Settled(Agreed(akte_id, canonical(state.reference), task).to_json()), write, tasks=needs)


def _needs(state: CaseState) -> list[TaskNeed]:
    """At most one. What is sought stands in the first column, what is there in the second."""
    names, first = state.names, state.found[0] if state.found else Akte(state.akte_id, "")
    sought = (names.reference, state.reference, "")
    if state.reference and not canonical(state.reference):
        return [TaskNeed("matter_unreadable", "espocrm", "", AKTE, state.akte_id, (sought,))]
    if not state.found:
        number = (names.id, state.akte_id, "")
        facts = tuple(fact for fact in (number, sought) if fact[1])
        return [TaskNeed("matter_missing", "advoware", "", AKTE, state.akte_id, facts)]
    if len(state.found) > 1:
        several = tuple((AKTE, "", f"{each.id} ({each.reference})") for each in state.found[:MOST_SHOWN])
        return [TaskNeed("matter_ambiguous", "espocrm", "", AKTE, "", (sought, *several))]
    if state.reference and not _agrees(state, first):
        return [TaskNeed("matter_differs", "espocrm", "", AKTE, first.id, ((*sought[:2], first.reference),))]
    return []


def _agrees(state: CaseState, akte: Akte) -> bool:
    key = canonical(state.reference)
    return bool(key) and canonical(akte.reference) == key
