"""What Advoware shows of appointments: as a side to decide about, and those that belong to nobody's event."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar.decide import Shown
from syncapp.flows.calendar.fields import declared
from syncapp.flows.calendar.known import AT_ONCE, in_parts
from syncapp.flows.calendar.lost import Stray
from syncapp.models import CalendarLink

(_PRIVATE,) = (each.here for each in declared() if each.name == "private")
DERIVED = ("vortermin", "hinfahrt", "rückfahrt", "urlaub")


def shown(appointment: Appointment) -> Shown:
    return Shown(appointment.raw, is_derived(appointment.number, appointment.text("art")))


def is_derived(number: int, kind: str) -> bool:
    """Made by Advoware out of other entries: nobody can change it from outside."""
    return number < 0 or kind.strip().casefold() in DERIVED


def belongs_to(appointment: Appointment, kuerzel: str) -> bool:
    """Whether the employee's calendar shows it. With whose list it came says nothing: Advoware's filter may look at
    `sb`, at `anwalt` or at both, and may take an empty one for everyone (observed).

    It is of whoever it names; a private one of one person only, and of nobody when it names none; another one that
    names nobody is everyone's.
    """
    named = [name for name in (appointment.text(each).casefold() for each in ("sb", "anwalt")) if name]
    if _PRIVATE.get(appointment.raw) == "yes":
        return named[:1] == [kuerzel.casefold()]
    return not named or kuerzel.casefold() in named


def strays(listed: Mapping[int, Appointment]) -> list[Stray]:
    taken: set[int | None] = set()
    for part in in_parts(listed, AT_ONCE):
        taken |= set(CalendarLink.objects.filter(number__in=part).values_list("number", flat=True))
    return [
        Stray(number, appointment.raw, appointment.changed_at)
        for number, appointment in listed.items()
        if number not in taken and not shown(appointment).read_only
    ]
