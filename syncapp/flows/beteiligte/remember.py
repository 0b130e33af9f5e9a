"""What is remembered after a run: what both sides said once everything was written and read back. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncapp.engine.runs.planning import ConflictNeed, TaskNeed, still_open
from syncapp.flows.beteiligte.agreement import Agreed, contact_name, place, placed
from syncapp.flows.beteiligte.comparison import Merged, PartyPlan
from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.needs import is_open, task_needs, waiting_decisions
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.state import PartyState
from syncapp.flows.lens.agreement import settled
from syncapp.flows.lens.core import EMPTY, CantHold, Unreadable, Why, text_of
from syncapp.flows.lens.declaration import Base, Field, Outcome, What
from syncapp.flows.lens.entries import remembered_entries
from syncapp.flows.lens.records import cannot


@dataclass(frozen=True, slots=True)
class Memory:
    """`moved_on`: somebody changed a value while we wrote, or not all could be tried, so one more run is needed.

    `not_held`: fields and contacts whose value a side does not have, though it was meant to.
    """

    agreed: Agreed
    tasks: tuple[TaskNeed, ...]
    conflicts: tuple[ConflictNeed, ...]
    moved_on: bool = False
    not_held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Refusals:
    """What a side refused while it was written: fields and contacts by `agreement.place`, with the rule where it was
    told. `untried`: was left out, so that what is wrong could be told from what is not. `kinds`: the types that
    EspoCRM has kept of numbers that others have too, by canonical value."""

    places: dict[str, str] = field(default_factory=dict)
    untried: set[str] = field(default_factory=set)
    kinds: dict[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class After:
    """Both sides after the writes, None what is not there; `day` is today. `stamp`: how the CRM dates what was seen;
    comparisons go by it, or they would find our own word about a missing side for ever. `journal`: our newest write.
    """

    crm: CrmSide | None
    advoware: AdvowareSide | None
    refusals: Refusals = field(default_factory=Refusals)
    stamp: str = ""
    journal: int = 0
    day: str = ""


def remembered(state: PartyState, plan: PartyPlan, after: After) -> Memory:
    conflicts = (*plan.conflicts, *waiting_decisions(state, plan.merged))
    if after.crm is None or after.advoware is None:
        return Memory(replace(state.agreed, stamp=after.stamp), plan.tasks, conflicts)
    merged = _as_it_went(state, plan.merged, after.refusals)
    agreed, moved_on = _agreed(state, merged, after.crm, after.advoware, after.refusals.kinds)
    day = after.day if after.refusals.places else state.base.refused_on
    refused = dict(_refused(merged))
    agreed = replace(
        agreed,
        refused={at: text for at, (text, _rule) in refused.items()},
        refused_for={at: rule for at, (_text, rule) in refused.items() if rule},
        refused_on=day,
        stamp=after.stamp,
        journal=after.journal,
    )
    needs = task_needs(merged, agreed, state.base, after.crm, after.advoware)
    wanted = still_open(needs, state.closed)
    not_held = frozenset({*_not_held(merged), *(placed(noted)[1] for noted in agreed.not_kept)})
    return Memory(agreed, wanted, conflicts, moved_on or bool(after.refusals.untried), not_held)


def _not_held(merged: Merged) -> Iterator[str]:
    return (name for name, outcome in merged.named() if outcome.what in (What.CANT_HOLD, What.UNREADABLE))


def _as_it_went(state: PartyState, merged: Merged, refusals: Refusals) -> Merged:
    """What was not written keeps its old place."""

    def seen(name: str, outcome: Outcome[str]) -> Outcome[str]:
        for side in outcome.to:
            if outcome.what is What.PUT and (rule := refusals.places.get(place(side, name))) is not None:
                return cannot(outcome, side, CantHold(Why.REFUSED, rule))
        untried = any(place(side, name) in refusals.untried for side in outcome.to)
        return replace(outcome, what=What.WAITS) if untried or state.waits(outcome) else outcome

    fields = {name: seen(name, outcome) for name, outcome in merged.fields.items()}
    contacts = {key: seen(contact_name(key), outcome) for key, outcome in merged.contacts.items()}
    return replace(merged, fields=fields, contacts=contacts)


def _agreed(
    state: PartyState, merged: Merged, crm: CrmSide, advoware: AdvowareSide, kinds: Mapping[str, Kind]
) -> tuple[Agreed, bool]:
    """Also returns whether anybody changed something while we wrote."""
    base, table = state.base, state.crm.fields if state.crm else ()
    fields = settled(table, merged.fields, base.fields, crm.party.raw, advoware.party.raw)
    contacts, moved_on, missed = base.contacts, fields.moved_on, dict(base.not_kept)
    for each in table:
        if each.name in fields.bases:
            missed |= _not_kept(each, merged.fields[each.name], fields.bases[each.name])
    if merged.told and crm.contacts is not None and advoware.contacts is not None:
        kept = {key: kind for key, kind in kinds.items() if merged.contacts[key].what is What.PUT}
        here = crm.contacts.entries.with_kinds({key: str(merged.contacts[key].value) for key in kept})  # as if it had
        entries = remembered_entries(merged.contacts, contacts, here, advoware.contacts.entries)
        contacts, moved_on = entries.agreed, moved_on or entries.moved_on
        contacts = replace(contacts, here=contacts.here.with_kinds(kept))
        for key in entries.not_kept:
            outcome = merged.contacts[key]
            wanted = "" if outcome.value is EMPTY else merged.texts[key]
            missed |= {place(side, contact_name(key)): wanted for side in outcome.to}
    missed = {noted: wanted for noted, wanted in missed.items() if is_open(noted, wanted, crm, advoware)}
    return Agreed(advoware.number, fields.bases, contacts, missed, fingerprint=advoware.party.fingerprint), moved_on


def _not_kept(each: Field[Any, Any, str], outcome: Outcome[str], settled: Base[str]) -> dict[str, str]:
    missed = {}
    for side in outcome.to if outcome.what is What.PUT else ():
        said = settled.of(side)
        if isinstance(said, Unreadable) or not each.lens(side).same(outcome.value, said):
            missed[place(side, each.name)] = text_of(outcome.value)
    return missed


def _refused(merged: Merged) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, outcome in merged.named():
        if isinstance(outcome.reason, CantHold) and outcome.reason.reason is Why.REFUSED:
            for side in outcome.to:
                yield place(side, name), (text_of(outcome.value), outcome.reason.detail)
