"""Appointments in both systems of the sandbox, and the hub's steps about them: for tests of the flow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.events import running
from syncapp.flows.calendar.flow import ALL, CALENDAR_SYNC, EMPLOYEE, FIRM, OF_ALL, OF_ONE
from syncapp.models import CalendarLink, Record, Task, TaskState, Urgency
from tests.events import happened
from tests.world import World

SB = "SB"
TODAY = datetime.now()  # the same for all of a process: midnight may come between two calls of one test


def soon(days: int = 3, clock: str = "10:00") -> datetime:
    """A wall time in the window, on a day without a change of the clocks nearby."""
    day = TODAY + timedelta(days=days)
    return datetime.fromisoformat(f"{day:%Y-%m-%d}T{clock}")


def google_times(start: datetime, minutes: int = 60) -> dict[str, Any]:
    end = start + timedelta(minutes=minutes)
    return {
        "start": {"dateTime": start.isoformat(), "timeZone": "Europe/Berlin"},
        "end": {"dateTime": end.isoformat(), "timeZone": "Europe/Berlin"},
    }


@dataclass
class Calendars:
    world: World
    kuerzel: str = SB

    @classmethod
    def ready(cls, world: World, kuerzel: str = SB, email: str = "sb@kanzlei.example") -> Calendars:
        """An employee whose calendar is made and empty."""
        made = cls(world, kuerzel)
        made.advoware.add_employee(kuerzel, "Sabine Brandt", email)
        made.everyone()
        return made

    @property
    def advoware(self) -> Any:
        return self.world.sandbox.advoware

    @property
    def google(self) -> Any:
        return self.world.sandbox.google

    @property
    def calendar(self) -> str:
        return f"AW-{self.kuerzel}"

    # Advoware

    def appointment(self, start: datetime | None = None, minutes: int = 60, **data: Any) -> int:
        start = start or soon()
        end = start + timedelta(minutes=minutes)
        fields = {
            "text": "Besprechung",
            "datum": f"{start:%Y-%m-%d}T00:00:00",
            "uhrzeitVon": f"{start:%H:%M:%S}",
            "datumBis": f"{end:%Y-%m-%d}T00:00:00",
            "uhrzeitBis": f"{end:%H:%M:%S}",
            "sb": self.kuerzel,
            **data,
        }
        return int(self.advoware.add_appointment(fields, derived=fields.pop("derived", ""))["frNr"])

    def appointments(self) -> dict[int, dict[str, Any]]:
        rows = self.world.sandbox.state("advoware")["appointments"]
        return {row["frNr"]: row for row in rows if self.kuerzel in (row["sb"], row["anwalt"])}

    # Google

    def event(self, start: datetime | None = None, minutes: int = 60, **data: Any) -> str:
        body = {"summary": "Mittagessen", **google_times(start or soon(clock="15:00"), minutes), **data}
        return str(self.google.create_event(self.calendar, body)["id"])

    def events(self) -> dict[str, dict[str, Any]]:
        """By their summaries."""
        return {row.get("summary", ""): row for row in self.google.events(self.calendar)}

    def ids(self) -> set[str]:
        return {row["id"] for row in self.google.events(self.calendar)}

    # The hub

    def everyone(self) -> None:
        happened(FIRM, ALL, topic=OF_ALL)
        self.world.drive()

    def sync(self) -> Record:
        happened(EMPLOYEE, self.kuerzel, topic=OF_ONE, full=True)
        self.world.drive()
        return self.record()

    def record(self) -> Record:
        return Record.objects.get(step=CALENDAR_SYNC, entity_id=self.kuerzel)

    def link(self, number: int) -> CalendarLink:
        return CalendarLink.objects.get(employee_id=self.kuerzel, number=number)

    def tasks(self) -> list[str]:
        rows = Task.objects.filter(record__entity_id=self.kuerzel, state=TaskState.OPEN)
        return sorted(rows.values_list("kind", flat=True))


def texts(calendars: Calendars) -> set[str]:
    """What both sides show, which has to be the same."""
    here = sorted(row["text"] for row in calendars.appointments().values())
    there = sorted(row.get("summary", "") for row in calendars.google.events(calendars.calendar))
    assert here == there
    return set(here)


def run_once(calendars: Calendars) -> Record:
    target = Target(CALENDAR_SYNC, EMPLOYEE, calendars.kuerzel)
    sync_requests.request([target], urgency=Urgency.STAFF, full=True, force=True, trace_id="test")
    running.run_now(calendars.record().pk, CALENDAR_SYNC, even_early=True)
    return calendars.record()
