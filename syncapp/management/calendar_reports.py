"""What calendars hold: compared whole, or one appointment on both sides. Nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.management.base import CommandError
from django.utils.text import Truncator

from syncapp.clients.errors import ClientError
from syncapp.flows.calendar import looking
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.form import Form
from syncapp.flows.calendar.labels import FIELDS
from syncapp.flows.calendar.sides import Shown, Shows
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.management.base import FOUND, NOT_ASKED, misused
from syncapp.management.calendar_employees import Say, appointments, ask_each, chosen
from syncapp.management.output import plural, progress, table
from syncapp.models import CalendarEmployee

VERIFY = """Compares both sides whole and prints what a run would do, by decision.

Advoware's appointments of the days that are compared and all events of Google are read anew; nothing is changed. What
differs is put right by the next run, every 15 minutes; what needs a person is on the page of tasks."""
SHOW = """Prints one appointment: its link, what both sides have this moment, and what a run would do.

Subject, place and note are printed: they are clients' data. Nothing is changed."""
QUIET = (What.NOTHING, What.LEAVE)
NAMED = 8  # appointments in a table; more are counted
LONGEST = 60  # signs of a value; the rest is on the page in the admin


def verify(say: Say, *, kuerzel: Sequence[str]) -> int:
    employees = chosen(kuerzel)
    if not employees:
        say("No calendar is switched on. The hub asks Advoware for its employees every 15 minutes.")
        return 0
    summary: list[tuple[object, ...]] = []
    found: list[tuple[object, ...]] = []
    differing, code = 0, 0
    for employee, state in ask_each(employees, "Comparing", lambda one: looking.looker(one.pk).whole()):
        if isinstance(state, ClientError):
            code = NOT_ASKED
            summary.append((employee.pk, "?", "?", str(state)))
            continue
        decisions, remark = _by_decision(state), _remark_on(employee, state)
        found += [(employee.pk, what.value, len(labels), _some(labels)) for what, labels in decisions.items()]
        count = sum(map(len, decisions.values()))
        summary.append((employee.pk, len(state.items), count, remark))
        differing += count
        code = code or (FOUND if count or remark else 0)
    say(table(("employee", "appointments", "differing", ""), summary))
    if found:
        say("\n" + table(("employee", "would be done", "how many", "appointments"), found))
    say(f"\n{plural(differing, 'difference')} in {plural(len(employees), 'calendar')}.")
    return code


def _by_decision(state: CalendarState) -> dict[What, list[str]]:
    loud = [what for what in What if what not in QUIET]
    labels = {what: [item.label for item in state.items if item.decision.what is what] for what in loud}
    return {what: found for what, found in labels.items() if found}


def _some(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return ", ".join(labels[:NAMED]) + more


def _remark_on(employee: CalendarEmployee, state: CalendarState) -> str:
    if not employee.enabled:
        return "switched off: not compared"
    if state.calendar_gone:
        return "the calendar is gone in Google"
    if not state.calendar_id:
        return "there is no calendar in Google yet"
    return "not shared yet" if state.share_with else ""


def show(say: Say, *, what: str) -> int:
    """The only action that prints what an appointment is about."""
    if not (named := what.strip()):  # what is not in Google yet has no event: those are everybody's
        raise misused("Which appointment? manage.py calendar show FRNR|EVENT-ID")
    try:
        with progress("Asking"):
            items = [looking.looker(link.employee_id).one(link) for link in appointments(named)]
    except ClientError as exc:
        raise CommandError(f"Could not be asked: {exc}", returncode=NOT_ASKED) from exc
    for item in items:
        _show(item, say)
    if not items:
        say("Neither the hub nor Advoware knows it. Give the frNr, or the id of an event in an employee's calendar.")
        return FOUND
    return 0


def _show(item: Item, say: Say) -> None:
    link, pair = item.link, item.pair
    state = link.get_state_display() if link.pk else "the hub does not know it yet"
    say(f"{link.employee_id}  frNr {link.number if link.number is not None else '-'}  event {link.event_id or '-'}")
    say(f"State: {state}{f' ({link.detail or link.reason})' if link.detail or link.reason else ''}\n")
    here, there, *agreed = looking.forms(item)
    columns = (*agreed, here, there)
    heads = ("field", "agreed (Advoware)", "agreed (Google)", "Advoware now", "Google now")
    say(table(heads, [(name, *(_value(form, name) for form in columns)) for name in FIELDS]))
    for system, side in (("Advoware", pair.advoware), ("Google", pair.google)):
        say(f"{system}: {_remark(side)}")
    detail = f" ({item.decision.detail})" if item.decision.detail else ""
    say(f"\nA run would decide: {item.decision.what.value}{detail}")


def _value(form: Form, name: str) -> str:
    if not form:
        return "-"
    value = form.get(name)
    if isinstance(value, list):
        value = " ".join(str(part) for part in value if part)
    words = " ".join(str("" if value is None else value).split())
    return Truncator(words).chars(LONGEST)


def _remark(side: Shows) -> str:
    if not isinstance(side, Shown):
        return side.value
    remarks = [f"may only be read ({side.fixed})"] if side.fixed else []
    return ", ".join(["there", *remarks, *([side.beyond] if side.beyond else [])])
