"""Appointments (Termine)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from time import monotonic

from syncapp.clients.advoware.config import SYSTEM
from syncapp.clients.advoware.replacing import ReplacingClient, Write, in_doubt, moved_on
from syncapp.clients.advoware.rest import Malformed, Place
from syncapp.clients.advoware.types import Appointment
from syncapp.clients.errors import NotFound, Outdated, UnexpectedAnswer
from syncapp.clients.http.answers import Answer


class Appointments(ReplacingClient):
    def appointments(
        self, kuerzel: str, from_: date, to: date, malformed: Malformed | None = None
    ) -> tuple[Appointment, ...]:
        """What touches the days from the first to the last, both included; a series counts until its end.

        With ``malformed`` a row that is no appointment stops no other: what the list lacks is then no proof.
        """
        query = [("kuerzel", kuerzel), ("from", from_.isoformat()), ("to", to.isoformat())]
        return self.listed(Appointment, Place(self._config.paths.appointments, query), malformed)

    def appointment(self, number: int) -> Appointment:
        """``NotFound`` when there is none of that number."""
        read_at = monotonic()
        found = self.one_or_listed(Appointment, self._one(number))
        for appointment in found:
            if appointment.number == number:
                return replace(appointment, read_at=read_at)
        if found:  # the filter was not understood, so that nothing is known about this one
            raise UnexpectedAnswer(SYSTEM, "other_appointments")
        raise NotFound(SYSTEM, "appointment")

    def create_appointment(self, values: Mapping[str, object]) -> int:
        """The number of the new one. After ``AnswerLost`` look for it before creating it again."""
        return self.created(self._config.paths.appointments, values).needed_number("frNr")

    def save_appointment(self, appointment: Appointment, changes: Mapping[str, object]) -> Appointment:
        """Writes it whole with the changes in it and returns what a read found afterwards. ``Outdated`` when somebody
        changed it since ``appointment`` was read, ``NotFound`` when it is gone."""
        self.replace(self._one(appointment.number), appointment, changes, lambda: self.appointment(appointment.number))
        with in_doubt("not_read_back"):
            return self.appointment(appointment.number)

    def delete_appointment(self, appointment: Appointment) -> None:
        """``Outdated`` when somebody changed it since it was read; one that is gone already is fine."""
        place = self._one(appointment.number)

        def delete(now: Appointment | None, _again: bool) -> Write | None:
            if now is None:
                return None
            if moved_on(now, appointment, appointment.raw):
                raise Outdated(SYSTEM, "changed")
            return lambda token: self.once(self.call("DELETE", place, token), Answer.close)

        try:
            seen: Appointment | None = appointment
            self.looking(seen, appointment.read_at, lambda: self._if_any(appointment.number), delete)
        except NotFound:
            return

    def _if_any(self, number: int) -> Appointment | None:
        try:
            return self.appointment(number)
        except NotFound:
            return None

    def _one(self, number: int) -> Place:
        """The trace, and the reading of refusals, tell it from the list."""
        path = self._config.paths.appointments
        return Place(path, [("frnr", str(int(number)))], f"{path}/{int(number)}")
