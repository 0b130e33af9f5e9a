"""What Advoware shows of appointments: as a side to decide about, and those that belong to nobody's event."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar.fields import declared
from syncapp.flows.calendar.known import AT_ONCE, in_parts
from syncapp.flows.calendar.lost import Stray
from syncapp.flows.calendar.sides import Fixed, Shown
from syncapp.flows.lens.core import Raw, as_text, key_of
from syncapp.models import CalendarLink

(_PRIVATE,) = (each.here for each in declared() if each.name == "private")
OWNERS = ("sb", "anwalt")
DERIVED = ("vortermin", "hinfahrt", "rückfahrt", "urlaub")


def shown(appointment: Appointment) -> Shown:
    derived = is_derived(appointment.number, appointment.text("art"))
    return Shown(appointment.raw, Fixed.DERIVED if derived else "")


def is_derived(number: int, kind: str) -> bool:
    """Made by Advoware out of other entries: nobody can change it from outside."""
    return number < 0 or kind.strip().casefold() in DERIVED


def belongs_to(appointment: Appointment, kuerzel: str) -> bool:
    """Whether the employee's calendar shows it. With whose list it came says nothing: Advoware's filter may look at
    `sb`, at `anwalt` or at both, and may take an empty one for everyone (observed)."""
    return _shows(owners(appointment.raw), appointment.raw, kuerzel)


def _shows(named: Mapping[str, str], raw: Raw, kuerzel: str) -> bool:
    """It is of whoever it names; a private one of one person only, and of nobody when it names none; another one that
    names nobody is everyone's."""
    names = [name.casefold() for name in named.values() if name]
    if _PRIVATE.get(raw) == "yes":
        return names[:1] == [kuerzel.casefold()]
    return not names or kuerzel.casefold() in names


def owners(raw: Raw) -> dict[str, str]:
    """Who it names."""
    return {name: as_text(raw.get(key_of(raw, name))).strip() for name in OWNERS}


def owners_of_new(before: Mapping[str, str], raw: Raw, kuerzel: str) -> dict[str, str]:
    """Of an appointment that is made in this employee's calendar. `before`: who it named when it was there once; it is
    theirs again. Else it is the employee's alone, and nothing is left empty, which may mean everyone."""
    filled = kuerzel if any(before.values()) or not before else ""
    again = {name: owner for name in OWNERS if (owner := before.get(name) or filled)}
    return again if _shows(again, raw, kuerzel) else dict.fromkeys(OWNERS, kuerzel)


def strays(listed: Mapping[int, Appointment]) -> list[Stray]:
    taken: set[int | None] = set()
    for part in in_parts(listed, AT_ONCE):
        taken |= set(CalendarLink.objects.filter(number__in=part).values_list("number", flat=True))
    return [
        Stray(number, appointment.raw, appointment.changed_at)
        for number, appointment in listed.items()
        if number not in taken and not shown(appointment).fixed
    ]
