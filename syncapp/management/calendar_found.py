"""What one employee's calendar has too many, as a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncapp.flows.calendar.audit import Extra
from syncapp.flows.calendar.looking import Looker
from syncapp.models import CalendarEmployee, CalendarLink


@dataclass(slots=True)
class Found:
    employee: CalendarEmployee
    looker: Looker
    extras: list[Extra] = field(default_factory=list)
    links: list[CalendarLink] = field(default_factory=list)

    @property
    def removable(self) -> list[Extra]:
        return [extra for extra in self.extras if extra.removable]


def rows(found: Found) -> list[tuple[object, ...]]:
    events = [
        (found.employee.pk, extra.event_id, extra.number or "-", extra.why, extra.keep or "-", _what(extra))
        for extra in found.extras
    ]
    gone = [
        (found.employee.pk, link.event_id or "-", link.number or "-", "a link, gone on both sides", "-", "removable")
        for link in found.links
    ]
    return [*events, *gone]


def _what(extra: Extra) -> str:
    return "removable" if extra.removable else "for a person"
