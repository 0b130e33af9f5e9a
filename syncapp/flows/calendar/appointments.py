"""What Advoware shows of appointments: as a side to decide about, and those that belong to nobody's event."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar.decide import Shown
from syncapp.flows.calendar.known import AT_ONCE, in_parts
from syncapp.flows.calendar.lost import Stray
from syncapp.models import CalendarLink

DERIVED = ("vortermin", "hinfahrt", "rückfahrt", "urlaub")


def shown(appointment: Appointment) -> Shown:
    return Shown(appointment.raw, is_derived(appointment.number, appointment.text("art")))


def is_derived(number: int, kind: str) -> bool:
    """Made by Advoware out of other entries: nobody can change it from outside."""
    return number < 0 or kind.strip().casefold() in DERIVED


def belongs_to(appointment: Appointment, kuerzel: str) -> bool:
    return kuerzel.casefold() in {appointment.text(name).casefold() for name in ("sb", "anwalt")}


def strays(listed: Mapping[int, Appointment]) -> list[Stray]:
    taken: set[int | None] = set()
    for part in in_parts(listed, AT_ONCE):
        taken |= set(CalendarLink.objects.filter(number__in=part).values_list("number", flat=True))
    return [
        Stray(number, appointment.raw, appointment.changed_at)
        for number, appointment in listed.items()
        if number not in taken and not shown(appointment).read_only
    ]
