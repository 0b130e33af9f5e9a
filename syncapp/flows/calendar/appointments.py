"""What Advoware shows of appointments: as a side to decide about, and those that belong to nobody's event."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar import from_advoware
from syncapp.flows.calendar.decide import Shown
from syncapp.flows.calendar.known import AT_ONCE, in_parts
from syncapp.flows.calendar.lost import Stray
from syncapp.models import CalendarLink


def shown(appointment: Appointment, zone: ZoneInfo) -> Shown:
    derived = from_advoware.is_derived(appointment.number, appointment.text("art"))
    try:
        return Shown(from_advoware.entry_of(appointment.text, zone), derived)
    except from_advoware.Unreadable as exc:
        return Shown(None, derived, unreadable=str(exc))


def belongs_to(appointment: Appointment, kuerzel: str) -> bool:
    return kuerzel.casefold() in {appointment.text(name).casefold() for name in ("sb", "anwalt")}


def strays(listed: Mapping[int, Appointment], zone: ZoneInfo) -> list[Stray]:
    taken: set[int | None] = set()
    for part in in_parts(listed, AT_ONCE):
        taken |= set(CalendarLink.objects.filter(number__in=part).values_list("number", flat=True))
    found = []
    for number, appointment in listed.items():
        side = shown(appointment, zone) if number not in taken else None
        if side is not None and side.entry is not None and not side.read_only:
            found.append(Stray(number, side.entry, appointment.changed_at))
    return found
