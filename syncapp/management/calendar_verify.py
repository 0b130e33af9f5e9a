"""Compares calendars whole, on both sides, whatever was told before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from syncapp.clients.errors import ClientError
from syncapp.flows.calendar import looking
from syncapp.flows.calendar.decide import What
from syncapp.flows.calendar.state import CalendarState
from syncapp.management.calendar_names import FOUND, TROUBLE, Say, chosen, each, some
from syncapp.management.output import plural, table
from syncapp.models import CalendarEmployee

WORDS = """Compares both sides whole and prints what a run would do, by decision.

Advoware's appointments of the days that are compared and all events of Google are read anew; nothing is changed. What
differs is put right by the next run, every 15 minutes; what needs a person is on the page of tasks."""
QUIET = (What.NOTHING, What.LEAVE)


def run(names: Sequence[str], say: Say) -> int:
    employees = chosen(names)
    if not employees:
        say("No calendar is switched on. The hub asks Advoware for its employees every 15 minutes.")
        return 0
    summary: list[tuple[object, ...]] = []
    found: list[tuple[object, ...]] = []
    troubled = False
    for employee in each(employees, "Comparing"):
        try:
            state = looking.looker(employee.pk).whole()
        except ClientError as exc:
            troubled = True
            summary.append((employee.pk, "?", "?", str(exc)))
            continue
        decisions = by_decision(state)
        found += [(employee.pk, what.value, len(labels), some(labels)) for what, labels in decisions]
        differing = sum(len(labels) for _what, labels in decisions)
        summary.append((employee.pk, len(state.items), differing, _remark(employee, state)))
    say(table(("employee", "appointments", "differing", ""), summary))
    if found:
        say("\n" + table(("employee", "would be done", "how many", "appointments"), found))
    differing = sum(int(str(row[2])) for row in summary if row[2] != "?")
    say(f"\n{plural(differing, 'difference')} in {plural(len(employees), 'calendar')}.")
    return TROUBLE if troubled else FOUND if differing or any(row[3] for row in summary) else 0


def by_decision(state: CalendarState) -> list[tuple[What, list[str]]]:
    labels: dict[What, list[str]] = defaultdict(list)
    for item in state.items:
        if item.decision.what not in QUIET:
            labels[item.decision.what].append(item.label)
    return [(what, labels[what]) for what in What if what in labels]


def _remark(employee: CalendarEmployee, state: CalendarState) -> str:
    if not employee.enabled:
        return "switched off: not compared"
    if state.calendar_gone:
        return "the calendar is gone in Google"
    if not state.calendar_id:
        return "there is no calendar in Google yet"
    return "not shared yet" if state.share_with else ""
