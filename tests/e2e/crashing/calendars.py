"""Appointments of one employee: what happens to them, the scenarios of it, and how they stand at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.client import SandboxClient
from syncapp.flows.calendar.flow import EMPLOYEE, OF_ONE
from syncapp.models import CalendarEmployee, CalendarLink
from tests.calendars import SB, Calendars, google_times, soon
from tests.e2e.crashing.scenarios import Firm, Scenario
from tests.events import happened
from tests.world import World

TABLES = (
    "syncapp_calendarquestion",
    "syncapp_calendarlink",
    "syncapp_calendartombstone",
    "syncapp_pushchannel",
    "syncapp_calendaremployee",
)
NOT_OF_ADVOWARE = ("frNr", "geaendertAm")
MARK = "advowareFrNr"


def _calendars(firm: Firm) -> Calendars:
    return Calendars(World(firm.crm))


def _ask() -> None:
    happened(EMPLOYEE, SB, topic=OF_ONE, full=True, trace_id="crash")


# What happens


def employee(firm: Firm) -> None:
    firm.crm.advoware.add_employee(SB, "Sabine Brandt", "sb@kanzlei.example")
    CalendarEmployee.objects.create(kuerzel=SB, name="Sabine Brandt", email="sb@kanzlei.example")


def first(firm: Firm) -> None:
    calendars = _calendars(firm)
    for day, text in enumerate(("Güteverhandlung", "Ortstermin"), 3):
        calendars.appointment(soon(day), text=text)
    _ask()


def agreed(firm: Firm) -> None:
    employee(firm)
    calendars = _calendars(firm)
    for day, text in enumerate(("A", "B", "C", "D"), 3):
        calendars.appointment(soon(day), text=text)
    _ask()


def empty(firm: Firm) -> None:
    employee(firm)
    _ask()


def edit(firm: Firm) -> None:
    """An edit and a deletion on each side, and nobody is logged in."""
    calendars = _calendars(firm)
    numbers = {row["text"]: number for number, row in calendars.appointments().items()}
    events = {text: row["id"] for text, row in calendars.events().items()}
    calendars.advoware.update_appointment(numbers["A"], {"text": "A neu", "notiz": "Vollmacht"})
    calendars.google.update_event(calendars.calendar, events["B"], {"summary": "B neu", **google_times(soon(9))})
    calendars.advoware.remove_appointment(numbers["C"])
    calendars.google.remove_event(calendars.calendar, events["D"])
    calendars.google.expire_tokens()
    calendars.advoware.expire_tokens()
    _ask()


def created(firm: Firm) -> None:
    _calendars(firm).event(soon(4), summary="Mittagessen")
    _ask()


def list_expired(firm: Firm) -> None:
    """Google has forgotten how far it has told of changes."""
    edit(firm)
    firm.crm.google.expire_sync_tokens()


_AGREED = {SB: "in_sync"}
_MORE: Mapping[str, Any] = {"looks_again": True, "pairs": 2, "opening": False}

CALENDAR_SCENARIOS: Mapping[str, Scenario] = {
    "calendar_first": Scenario(employee, first, _AGREED, **_MORE, only_writes=True),
    "calendar_edited": Scenario(agreed, edit, _AGREED, **_MORE, only_writes=True),
    "calendar_created": Scenario(empty, created, _AGREED, **_MORE),
    "calendar_list_expired": Scenario(agreed, list_expired, _AGREED, **_MORE, only_writes=True),
}


# How it stands


def outside(sandbox: SandboxClient) -> list[str]:
    appointments = {row["frNr"]: row for row in sandbox.state("advoware")["appointments"]}
    lines = [f"appointment {_without(row, NOT_OF_ADVOWARE)}" for row in appointments.values()]
    for calendar in _ours(sandbox):
        lines.append(f"calendar {calendar['summary']}")
        for event in sandbox.google.events(calendar["id"]):
            number = event.get("extendedProperties", {}).get("private", {}).get(MARK, "0")
            named = appointments.get(int(number), {}).get("text")
            lines.append(f"event {event.get('summary')} {event['start']} {event['end']} of {named}")
    return lines


def _ours(sandbox: SandboxClient) -> list[dict[str, Any]]:
    """Without those that Google itself makes."""
    return [row for row in sandbox.state("google")["calendars"] if row["summary"].startswith("AW-")]


def _without(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def inside() -> list[str]:
    links = [
        f"link {row.state} {row.reason} {row.agreed_advoware == row.agreed_google} {row.writing} "
        f"{(row.agreed_advoware or {}).get('text')} {row.first_day}"
        for row in CalendarLink.objects.all()
    ]
    employees = [
        f"employee {row.pk} {bool(row.calendar_id)} {row.shared_with}" for row in CalendarEmployee.objects.all()
    ]
    return [*links, *employees]


def faults(sandbox: SandboxClient) -> list[str]:
    """Nothing twice, and both sides the same."""
    calendars = _ours(sandbox)
    found = [f"{len(calendars)} calendars"] if len(calendars) > 1 else []
    here = Counter(row["text"] for row in sandbox.state("advoware")["appointments"])
    there = Counter(row.get("summary") for each in calendars for row in sandbox.google.events(each["id"]))
    found += [f"twice: {text}" for text, count in (here | there).items() if count > 1]
    return [*found, *(f"on one side only: {text}" for text in ((here - there) + (there - here)))]
