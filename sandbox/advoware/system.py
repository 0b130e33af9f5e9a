"""Advoware put together: its hosts, its API behind the token, and what people do in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from sandbox.advoware import wire
from sandbox.advoware.appointments import AppointmentsApi
from sandbox.advoware.config import AdvowareSettings
from sandbox.advoware.errors import AdvowareError, ErrorShapes
from sandbox.advoware.gateway import CONNECTOR, LOOKUP_PREFIX, RELAY, SECURITY, Gateway
from sandbox.advoware.oddities import Oddities
from sandbox.advoware.parties import NO_METHOD, NO_ROUTE, PartiesApi, number_of
from sandbox.advoware.people import People
from sandbox.advoware.store import Store, sorted_rows
from sandbox.answers import Answer
from sandbox.world import Mount

Route = Callable[[Request, str], Answer]


class Advoware:
    name = "advoware"

    def __init__(self, settings: AdvowareSettings) -> None:
        self.settings = settings
        self.store = Store(self.settings)
        self.gateway = Gateway(settings)
        self.shapes = ErrorShapes()
        self.parties = PartiesApi(settings, self.store)
        self.appointments = AppointmentsApi(settings, self.store)
        self.oddities = Oddities(settings)
        self.people = People(self.store, lambda: settings.details_move_party)

    def mounts(self) -> list[Mount]:
        return [
            Mount(LOOKUP_PREFIX, "advoware-lookup", self._host(self.gateway.look_up)),
            Mount(SECURITY, "advoware-security", self._host(self.gateway.token)),
            Mount(RELAY, self.name, self._host(self.api)),
            Mount(CONNECTOR, "advoware-connector", self._host(self.api)),
        ]

    def _host(self, route: Route) -> Route:
        def answer(request: Request, path: str) -> Answer:
            try:
                return route(request, path)
            except AdvowareError as wrong:
                return self.shapes.answer(wrong, self.settings.error_shape)

        return answer

    def api(self, request: Request, path: str) -> Answer:
        self.gateway.admit(request)
        match path.strip("/").split("/"):
            case ["api", "v1", "advonet", "Beteiligte", *rest]:
                return self.parties.route(request, rest)
            case ["api", "v1", "advonet", "Termine", *rest]:
                return self.appointments.route(request, rest)
            case ["api", "v1", "advonet", "Mitarbeiter"]:
                broken: list[Any] = [{"name": ["?"]}, "?"][: self.settings.malformed_employees]
                return self.listing(request, [*broken, *self.store.employees.values()])
            case ["api", "v1", "Akten"]:
                return self.listing(request, [{"id": key} | row for key, row in self.store.matters.items()])
            case ["api", "v1", "Akten", number] if self.settings.matter_by_number != "unknown":
                return self.matter(request, number)
            case ["api", "v1", "advonet", *rest]:
                return self.oddities.route(request, rest)
        raise AdvowareError(404, NO_ROUTE)

    def listing(self, request: Request, rows: list[dict[str, Any]]) -> Answer:
        if request.method != "GET":
            raise AdvowareError(405, NO_METHOD)
        return wire.answer(self.settings, rows)

    def matter(self, request: Request, number: str) -> Answer:
        """AdvowareError 404 when there is none of that number. Matters are only read."""
        if request.method != "GET":
            raise AdvowareError(405, NO_METHOD)
        key = number_of(number)
        if key not in self.store.matters:
            raise AdvowareError(404, f"Die Akte {key} wurde nicht gefunden.")
        row = {"id": key} | self.store.matters[key]
        return wire.answer(self.settings, [row] if self.settings.matter_by_number == "list" else row)

    def control(self, action: str, data: dict[str, Any]) -> Any:
        verb, _, thing = action.partition("_")
        if action == "expire_tokens":
            return self.gateway.expire_tokens()
        if action == "set_password":
            self.settings.password = str(data["password"])
            return True
        try:
            with self.store.lock:
                return self.appointments.act(verb, data) if thing == "appointment" else self.people.act(action, data)
        except AdvowareError as refusal:
            if refusal.status == 404:
                raise KeyError(refusal.message) from refusal
            raise ValueError(refusal.message) from refusal

    def snapshot(self) -> dict[str, Any]:
        """Parties with all that hangs on them, the other things, and how often was logged in; sorted by number."""
        with self.store.lock:
            return {
                "parties": [self.store.parties[number].complete() for number in sorted(self.store.parties)],
                "appointments": sorted_rows(self.store.appointments),
                "employees": sorted_rows(self.store.employees),
                "matters": [{"id": key} | row for key, row in sorted(self.store.matters.items())],
                "logins": self.gateway.logins,
                "refused_logins": self.gateway.refused,
            }

    def reset(self) -> None:
        self.store.clear()
        self.gateway.reset()

    def close(self) -> None:
        """Nothing runs in the background."""
