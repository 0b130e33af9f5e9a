"""The comparison of both sides of a party: each field, and each contact, three ways. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from syncapp.engine.runs.planning import Plan
from syncapp.flows.beteiligte.agreement import contact_name, place
from syncapp.flows.beteiligte.contacts import Contact, Contacts, lens
from syncapp.flows.beteiligte.crm_lists import beside
from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.placing import Moves, towards_advoware
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, PartyFields
from syncapp.flows.beteiligte.state import PartyState
from syncapp.flows.lens import records
from syncapp.flows.lens.core import EMPTY, CantHold, Value, Why, text_of
from syncapp.flows.lens.declaration import Outcome, Side, Way, What
from syncapp.flows.lens.entries import merge_entries
from syncapp.flows.lens.records import Asked, cannot

Outcomes = Mapping[str, Outcome[str]]


@dataclass(frozen=True, slots=True)
class Merged:
    """`contacts` by canonical value; `texts`: as they are written; `moves`: what becomes of Advoware's entries; `told`:
    both sides told their contacts. Empty where a side is missing."""

    fields: Outcomes = field(default_factory=dict)
    contacts: Outcomes = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    moves: Moves = field(default_factory=list)
    told: bool = False

    def named(self) -> Iterator[tuple[str, Outcome[str]]]:
        """Fields and contacts, as `agreement.place` names them."""
        yield from self.fields.items()
        yield from ((contact_name(key), outcome) for key, outcome in self.contacts.items())

    def targets(self, side: Side) -> Outcomes:
        return puts(self.fields, side)

    def contact_targets(self, side: Side) -> Outcomes:
        return puts(self.contacts, side)

    def contact(self, key: str, kind: Value[str]) -> Contact:
        return Contact(Kind(text_of(kind)), self.texts[key])


@dataclass(frozen=True, slots=True)
class PartyPlan(Plan):
    """With the comparison it stands on, which the end of the run needs again."""

    merged: Merged = field(default_factory=Merged, compare=False)


def merge(state: PartyState) -> Merged:
    crm, advoware = state.crm, state.advoware
    if crm is None or advoware is None:
        return Merged()
    fields = _fields(state, crm, advoware)
    ours, theirs = crm.contacts, advoware.contacts
    if ours is None or theirs is None:
        return Merged(fields)
    # While a person has to choose between values, contacts only go towards Advoware.
    one_way = any(outcome.what is What.CONFLICT for outcome in fields.values())
    return _with_contacts(state, fields, ours, theirs, advoware, one_way=one_way)


def _fields(state: PartyState, crm: CrmSide, advoware: AdvowareSide) -> Outcomes:
    back = state.taking_back.fields
    chosen = {
        name: choice.side
        for name, choice in state.choices.items()
        if (choice.crm, choice.advoware) == (text_of(crm.said.get(name)), text_of(advoware.said.get(name)))
    }
    asked = Asked(state.first, chosen, {name: value for name, (value, _side) in back.items()})
    merged = records.merge(
        _with_ways_back(crm.fields, state), crm.party.raw, advoware.party.raw, state.base.fields, asked
    )
    return {name: _unless_refused(outcome, name, state) for name, outcome in merged.outcomes.items()}


def _with_ways_back(fields: PartyFields, state: PartyState) -> PartyFields:
    """What is taken back goes to the side that was written, whatever way the field goes otherwise."""
    back = state.taking_back.fields
    return tuple(
        replace(each, way=_widened(each.way, back[each.name][1])) if each.name in back else each for each in fields
    )


def _widened(way: Way, to: Side) -> Way:
    own = Way.TO_HERE if to is Side.HERE else Way.TO_THERE
    return own if way in (Way.OFF, own) else Way.BOTH


def _with_contacts(
    state: PartyState, fields: Outcomes, ours: Contacts, theirs: Contacts, advoware: AdvowareSide, *, one_way: bool
) -> Merged:
    back, rules = state.taking_back, state.rules
    forced: dict[str, Value[str]] = dict.fromkeys(back.contacts_out, EMPTY)
    forced |= {key: contact.kind for key, contact in back.contacts_in.items()}
    texts = {**theirs.texts, **ours.texts, **{key: contact.text for key, contact in back.contacts_in.items()}}
    outcomes = merge_entries(ours.entries, theirs.entries, state.base.contacts, forced=forced)
    for key, outcome in outcomes.items():
        outcome = outcomes[key] = _unless_refused(outcome, contact_name(key), state)
        if outcome.what is What.PUT and one_way and Side.HERE in outcome.to:
            outcomes[key] = replace(outcome, what=What.WAITS)
        elif outcome.what is What.PUT and outcome.value is not EMPTY:
            outcomes[key] = _as_held(outcome, key, texts[key], ours, theirs, state)
        elif outcome.what is What.PUT and Side.HERE in outcome.to and (remark := _remark(state, key)):
            outcomes[key] = cannot(outcome, Side.HERE, remark)
    merged = Merged(fields, outcomes, texts, told=True)
    comes = {
        key: merged.contact(key, each.value)
        for key, each in merged.contact_targets(Side.THERE).items()
        if each.value is not EMPTY
    }
    goes = [key for key, each in merged.contact_targets(Side.THERE).items() if each.value is EMPTY]
    moves, refused = towards_advoware(comes, goes, advoware.entries, rules)
    held = {key: cannot(outcomes[key], Side.THERE, reason) for key, reason in refused.items()}
    return replace(merged, contacts={**outcomes, **held}, moves=moves)


def _as_held(
    outcome: Outcome[str], key: str, text: str, ours: Contacts, theirs: Contacts, state: PartyState
) -> Outcome[str]:
    """As far as the sides can: the type of an entry is fixed in Advoware, and EspoCRM looks at each value."""
    kind = Kind(text_of(outcome.value))
    if Side.THERE in outcome.to and key in theirs.entries.kinds:
        return cannot(outcome, Side.THERE, CantHold(Why.TYPE_FIXED))
    if Side.THERE in outcome.to and not state.rules.kommkz.get(kind):
        return replace(outcome, what=What.LEFT, to=())  # this installation keeps no such contacts in Advoware
    if Side.HERE in outcome.to and key not in ours.entries.kinds:
        written = lens(kind, Side.HERE, state.rules).put(None, text)
        if isinstance(written, CantHold):
            return cannot(outcome, Side.HERE, written)
    return outcome


def _remark(state: PartyState, key: str) -> CantHold | None:
    return beside(state.crm.party, key, state.rules) if state.crm is not None else None


def _unless_refused(outcome: Outcome[str], name: str, state: PartyState) -> Outcome[str]:
    """What a side has refused once is not sent again and again."""
    if outcome.what is What.PUT:
        for side in outcome.to:
            at = place(side, name)
            if state.base.refused.get(at) == text_of(outcome.value):
                return cannot(outcome, side, CantHold(Why.REFUSED, state.base.refused_for.get(at, "")))
    return outcome


def puts(outcomes: Outcomes, side: Side) -> Outcomes:
    return {name: each for name, each in outcomes.items() if each.what is What.PUT and side in each.to}
