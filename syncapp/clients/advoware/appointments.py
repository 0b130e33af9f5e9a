"""Appointments (Termine). Times are as Advoware writes them: local, without a zone; what they mean is the flow's."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from time import monotonic
from zoneinfo import ZoneInfo

from syncapp.clients.advoware.config import SYSTEM
from syncapp.clients.advoware.keys import Keys, the_rows
from syncapp.clients.advoware.replacing import ReplacingClient, in_doubt
from syncapp.clients.advoware.rest import Query
from syncapp.clients.advoware.types import BERLIN, digest
from syncapp.clients.errors import NotFound, Outdated, UnexpectedAnswer
from syncapp.clients.http.answers import Answer


@dataclass(frozen=True, slots=True)
class Appointment:
    """``changed_at`` is in UTC; ``read_at`` (monotonic seconds of this process) is 0 where the row came from a list,
    so that it is read anew before anything is written over it."""

    number: int
    row_id: str
    changed_at: datetime | None
    raw: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    read_at: float = field(default=0.0, compare=False, repr=False)

    @classmethod
    def from_api(cls, raw: object, zone: ZoneInfo = BERLIN, read_at: float = 0.0) -> Appointment:
        """Raises ``UnexpectedAnswer`` for a missing number or a value of the wrong type."""
        keys = Keys.of(raw, "appointment")
        return cls(keys.needed_number("frNr"), keys.text("rowId"), keys.moment("geaendertAm", zone), keys.raw, read_at)

    def text(self, name: str) -> str:
        """A value by Advoware's name for it, in whatever case; "" when it is empty, missing or the empty date."""
        return Keys(self.raw).text(name)

    @property
    def version(self) -> str:
        """Another one after every change. It is not known whether appointments have a ``rowId``: then it is what the
        row says, ``geaendertAm`` among it."""
        return self.row_id or digest({key.casefold(): value for key, value in self.raw.items()})

    @property
    def derived(self) -> bool:
        """Made by Advoware out of another entry, and read-only: such ones have negative numbers."""
        return self.number < 0


class Appointments(ReplacingClient):
    def appointments(self, kuerzel: str, from_: date, to: date) -> tuple[Appointment, ...]:
        """What touches the days from the first to the last, both included; a series counts until its end."""
        query = [("kuerzel", kuerzel), ("from", from_.isoformat()), ("to", to.isoformat())]
        raw = self.request("GET", self._config.paths.appointments, Answer.json, query=query)
        return tuple(Appointment.from_api(row, self._config.clock) for row in the_rows(raw, "appointments"))

    def appointment(self, number: int) -> Appointment:
        """``NotFound`` when there is none of that number."""
        read_at = monotonic()
        path, query, shown = self._one(number)
        rows = the_rows(self.request("GET", path, Answer.json, query=query, shown=shown), "appointments")
        found = [Appointment.from_api(row, self._config.clock, read_at) for row in rows]
        for appointment in found:
            if appointment.number == number:
                return appointment
        if found:  # the filter was not understood, so that nothing is known about this one
            raise UnexpectedAnswer(SYSTEM, "other_appointments")
        raise NotFound(SYSTEM, "appointment")

    def create_appointment(self, values: Mapping[str, object]) -> int:
        """The number of the new one. After ``AnswerLost`` look for it before creating it again."""
        path = self._config.paths.appointments
        answer = self.request("POST", path, Answer.json, body=dict(values), repeatable=False)
        return Keys.of(answer, "appointment").needed_number("frNr")

    def save_appointment(self, appointment: Appointment, changes: Mapping[str, object]) -> Appointment:
        """Writes it whole with the changes in it and returns what a read found afterwards. ``Outdated`` when somebody
        changed it since ``appointment`` was read, ``NotFound`` when it is gone."""
        path, query, shown = self._one(appointment.number)
        self.replace(path, appointment, changes, lambda: self.appointment(appointment.number), query=query, shown=shown)
        with in_doubt("not_read_back"):
            return self.appointment(appointment.number)

    def delete_appointment(self, appointment: Appointment) -> None:
        """``Outdated`` when somebody changed it since it was read; one that is gone already is fine."""
        path, query, shown = self._one(appointment.number)
        fresh, tried = self.fresh(appointment), False

        def attempt() -> None:
            nonlocal tried
            with in_doubt("not_looked_at_again") if tried else nullcontext():
                now = fresh.pop() if fresh else self._if_any(appointment.number)
            if now is None:
                return
            if now.version != appointment.version:
                raise Outdated(SYSTEM, "changed")
            tried = True
            call = partial(self.call, "DELETE", path, query=query, shown=shown)
            self.logged_in(lambda token: self.once(call(token), lambda _: None))

        try:
            self.repeated(attempt)
        except NotFound:
            return

    def _if_any(self, number: int) -> Appointment | None:
        try:
            return self.appointment(number)
        except NotFound:
            return None

    def _one(self, number: int) -> tuple[str, Query, str]:
        """Its path and query, and the path by which the trace, and the reading of refusals, tell it from the list."""
        path = self._config.paths.appointments
        return path, [("frnr", str(int(number)))], f"{path}/{int(number)}"
