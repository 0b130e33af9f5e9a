"""One appointment on both sides. The only command that prints what an appointment is about."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.management.base import CommandError

from syncapp.clients.errors import ClientError, NotFound
from syncapp.engine.outside import connections
from syncapp.flows.calendar import links, looking
from syncapp.flows.calendar.appointments import belongs_to
from syncapp.flows.calendar.decide import Shown, Side
from syncapp.flows.calendar.entries import Entry
from syncapp.flows.calendar.fields import FIELDS
from syncapp.flows.calendar.state import Item
from syncapp.management.calendar_names import FOUND, TROUBLE, Say
from syncapp.management.output import progress, table
from syncapp.models import CalendarEmployee, CalendarLink

WORDS = """Prints one appointment: its link, what both sides have this moment, and what a run would do.

Subject, place and note are printed: they are clients' data. Nothing is changed."""
LONGEST = 60  # signs of a value; the rest is on the page in the admin


def run(what: str, say: Say) -> int:
    try:
        with progress("Asking"):
            items = [looking.looker(link.employee_id).one(link) for link in _links(what.strip())]
    except ClientError as exc:
        raise CommandError(f"Could not be asked: {exc}", returncode=TROUBLE) from exc
    for item in items:
        _show(item, say)
    if not items:
        say("Neither the hub nor Advoware knows it. Give the frNr, or the id of an event in an employee's calendar.")
        return FOUND
    return 0


def _links(what: str) -> Iterator[CalendarLink]:
    """Of that number or event; one that the hub does not know yet is looked for in Advoware, then in Google."""
    number = int(what) if what.lstrip("-").isdecimal() and len(what) < 19 else None
    known = CalendarLink.objects.select_related("employee").order_by("employee")
    rows = list(known.filter(number=number) if number is not None else known.filter(event_id=what))
    if rows:
        yield from rows
    elif number is not None:
        yield from _new_in_advoware(number)
    else:
        yield from _new_in_google(what)


def _new_in_advoware(number: int) -> Iterator[CalendarLink]:
    try:
        appointment = connections.advoware().appointment(number)
    except NotFound:
        return
    for employee in CalendarEmployee.objects.order_by("pk"):
        if belongs_to(appointment, employee.pk):
            yield CalendarLink(employee=employee, number=number, event_id=links.event_id(employee.pk, number))


def _new_in_google(event_id: str) -> Iterator[CalendarLink]:
    google = connections.google()
    for employee in CalendarEmployee.objects.exclude(calendar_id="").order_by("pk"):
        try:
            google.event(employee.calendar_id, event_id)
        except NotFound:
            continue
        yield CalendarLink(employee=employee, event_id=event_id)
        return


def _show(item: Item, say: Say) -> None:
    link, pair = item.link, item.pair
    state = link.get_state_display() if link.pk else "the hub does not know it yet"
    say(f"{link.employee_id}  frNr {link.number if link.number is not None else '-'}  event {link.event_id or '-'}")
    say(f"State: {state}{f' ({link.detail or link.reason})' if link.detail or link.reason else ''}\n")
    columns = (pair.agreed_advoware, pair.agreed_google, _entry(pair.advoware), _entry(pair.google))
    heads = ("field", "agreed (Advoware)", "agreed (Google)", "Advoware now", "Google now")
    say(table(heads, [(name, *(_value(entry, name) for entry in columns)) for name in FIELDS]))
    for system, side in (("Advoware", pair.advoware), ("Google", pair.google)):
        say(f"{system}: {_remark(side)}")
    detail = f" ({item.decision.detail})" if item.decision.detail else ""
    say(f"\nA run would decide: {item.decision.what.value}{detail}")


def _entry(side: Side) -> Entry | None:
    return side.entry if isinstance(side, Shown) else None


def _value(entry: Entry | None, name: str) -> str:
    if entry is None:
        return "-"
    value = entry.to_json()[name]
    if isinstance(value, list):
        value = " ".join(str(part) for part in value if part)
    words = " ".join(str("" if value is None else value).split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _remark(side: Side) -> str:
    if not isinstance(side, Shown):
        return side.value
    remarks = [words for words in (side.beyond, side.unreadable and f"can't be read: {side.unreadable}") if words]
    return ", ".join(["there", *(["may only be read"] if side.read_only else []), *remarks])
