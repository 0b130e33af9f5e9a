"""What a person must do about a calendar, or confirm. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import chain
from typing import Any

from syncapp.engine.runs.planning import TaskNeed
from syncapp.flows.calendar.decision import What, reason_of
from syncapp.flows.calendar.fields import WHEN
from syncapp.flows.calendar.form import form_of
from syncapp.flows.calendar.journal import APPOINTMENT
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.lens.core import EMPTY
from syncapp.flows.lens.declaration import Outcome, Side

GOOGLE, ADVOWARE = "google", "advoware"
# What waits for a person when there is unusually much of it, by the kind of the task.
BRAKED: Mapping[str, tuple[What, ...]] = {
    "mass_deletion": (What.DELETE_GOOGLE, What.DELETE_ADVOWARE),
    "mass_creation": (What.CREATE,),
}
LONGEST_KEY = 64  # of a task
_SYSTEMS = {Side.HERE: ADVOWARE, Side.THERE: GOOGLE}
BY_HAND, FIXED, CANT_HOLD = "appointment_by_hand", "appointment_fixed", "cant_hold"
Left = Mapping[str, Outcome[Any] | None]


def needs(state: CalendarState) -> tuple[TaskNeed, ...]:
    """Without those that a person has closed as they are."""
    found = chain(_by_hand(state), _brake(state), _alike(state))
    return tuple(need for need in found if need.identity not in state.closed)


def needs_after(before: Iterable[TaskNeed], state: CalendarState) -> tuple[TaskNeed, ...]:
    """When all was written: with what a side has refused meanwhile. What waits, waits as it was."""
    found = chain(_by_hand(state), (need for need in before if need.kind in BRAKED), _alike(state))
    return tuple(need for need in found if need.identity not in state.closed)


def _brake(state: CalendarState) -> Iterator[TaskNeed]:
    """More at once than people usually delete, or enter in Google: more often an outage, or a calendar that was filled
    by others, than an intention."""
    limit, percent = state.limit
    agreed = sum(item.link.agreed_advoware is not None for item in state.items)
    for kind, steps in BRAKED.items():
        many = [item for item in state.items if item.decision.what in steps]
        if len(many) > limit and len(many) * 100 > agreed * percent:
            facts = tuple((what.value, str(sum(item.decision.what is what for item in many)), "") for what in steps)
            # The appointments themselves, so that a yes to these is no yes to others.
            which = ",".join(sorted(item.label for item in many))
            yield TaskNeed(kind, GOOGLE, "", "Kalender", state.employee.kuerzel, (*facts, ("", which, "")))


def _alike(state: CalendarState) -> Iterator[TaskNeed]:
    """One for all of them: a filled calendar has hundreds."""
    if state.questions:
        facts = (("", ",".join(question.label for question in state.questions), ""),)
        yield TaskNeed("appointments_alike", GOOGLE, "", "Kalender", state.employee.kuerzel, facts)


def _by_hand(state: CalendarState) -> Iterator[TaskNeed]:
    numbers = {item.link.event_id: item.link.number for item in state.items if item.link.number is not None}
    for item in state.items:
        for side in Side:
            for kind, left in _parted(item, side):
                number = item.link.number or numbers.get(item.link.google.get("parent", ""))
                why = reason_of(filter(None, left.values())) or item.decision.why
                reason = ("reason" if kind == CANT_HOLD else "why", why, "")
                facts = (reason, ("frNr", str(number or ""), ""), *_differences(item, state, side, left))
                shown = tuple(fact for fact in facts if fact[1] or fact[2])
                key = _key(item.link.event_id or item.label)
                yield TaskNeed(kind, _SYSTEMS[side], key, APPOINTMENT, item.label, shown)


def _parted(item: Item, side: Side) -> Iterator[tuple[str, Left]]:
    """What is left for a person on that side, by the kind of the task."""
    left = item.decision.left_at(side)
    if left and item.fixed(side):
        yield FIXED, left
        return
    whole = {WHEN} if side is Side.HERE else set()
    for kind, names in ((BY_HAND, left.keys() & whole), (CANT_HOLD, left.keys() - whole)):
        if names:
            yield kind, {name: each for name, each in left.items() if name in names}


def _differences(item: Item, state: CalendarState, side: Side, left: Left) -> Iterator[tuple[str, str, str]]:
    """What both sides have of the fields that are left, the side first that is to be changed."""
    zone = state.rules.zone
    here, there = (form_of(item.says(each, state.rules.fields), zone) for each in Side)
    there |= item.link.google.get("about") or {}
    if "text" not in left:
        yield "text", str(there.get("text") or here.get("text") or ""), ""
    now, wanted = (here, there) if side is Side.HERE else (there, here)
    for name in form_of(dict.fromkeys(left, EMPTY), zone):
        if name != "all_day":
            was = there.get("instead_of") if name == "start" else None
            yield name, str(was or now.get(name) or ""), str(wanted.get(name) or "")


def _key(event_id: str) -> str:
    """Ids of occurrences are longer than a key, and differ at their ends only."""
    return event_id if len(event_id) <= LONGEST_KEY else sha256(event_id.encode()).hexdigest()
