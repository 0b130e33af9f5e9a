"""Calendars that a hub before this one has filled: what agrees is joined, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.planning import Plan
from syncapp.engine.runs.run import Run
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.everyone import as_new, chosen, remember
from syncapp.flows.calendar.flow import CALENDAR_SYNC, EMPLOYEE
from syncapp.flows.calendar.plan import UpdateGoogle, Write
from syncapp.flows.calendar.state import CalendarState
from syncapp.flows.calendar.sync import CalendarSync
from syncapp.flows.lens.declaration import Side
from syncapp.flows.taking_over import Cause, Finding, Item, Sides, Verdict

_UNPLACED = {What.ASK: Cause.ALIKE, What.BY_HAND: Cause.BY_HAND, What.UNREADABLE: Cause.UNREADABLE}


class CalendarsTakenOver:
    def __init__(self, sides: Sides) -> None:
        self._advoware, self._google = sides.advoware, sides.google
        self._employees = {each.kuerzel: each for each in chosen(self._advoware)}

    def items(self) -> Iterator[Item]:
        for kuerzel, employee in self._employees.items():

            def noted(employee=employee) -> None:  # type: ignore[no-untyped-def]
                remember(employee)

            target = Target(CALENDAR_SYNC, EMPLOYEE, kuerzel)
            yield Item(target, self._make, _held_back, noted, tells=_found)

    def strays(self) -> Iterator[Finding]:
        return iter(())

    def _make(self, run: Run) -> CalendarSync:
        return CalendarSync(run, self._advoware, self._google, as_new(self._employees[run.entity_id]))


def _held_back(plan: Plan) -> Plan:
    """Whatever is to be written waits for the next ordinary run."""
    return replace(plan, actions=(), held_back=(*plan.held_back, *plan.actions))


def _found(state: object, plan: Plan) -> Iterator[Finding]:
    read = cast(CalendarState, state)
    kuerzel, actions = read.employee.pk, (*plan.actions, *plan.held_back)
    writes = [action for action in actions if isinstance(action, Write)]
    of_calendar = tuple(action.kind for action in actions if not isinstance(action, Write))
    if of_calendar:
        yield Finding(CALENDAR_SYNC, EMPLOYEE, kuerzel, Verdict.CHANGES, of_calendar, read.calendar_id)
    kinds: dict[int, tuple[str, ...]] = {}
    for write in writes:
        kinds[id(write.item)] = (*kinds.get(id(write.item), ()), write.kind)
    for item in read.items:
        if (what := kinds.get(id(item))) == (UpdateGoogle.kind,) and not item.values(Side.THERE, read.rules.fields):
            yield Finding(CALENDAR_SYNC, EMPLOYEE, kuerzel, Verdict.CHANGES, (Cause.MARK,), item.label)
        elif what:
            yield Finding(CALENDAR_SYNC, EMPLOYEE, kuerzel, Verdict.CHANGES, what, item.label)
        elif cause := _UNPLACED.get(item.decision.what):
            yield Finding(CALENDAR_SYNC, EMPLOYEE, kuerzel, Verdict.UNPLACED, (cause,), item.label)
        elif item.both_shown:
            yield Finding(CALENDAR_SYNC, EMPLOYEE, kuerzel, Verdict.AS_IS, (), item.label)
