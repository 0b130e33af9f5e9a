"""The routes of the API below `calendar/v3/`."""

from __future__ import annotations

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.google.access import need_role, need_scope
from sandbox.google.calendars import Calendars
from sandbox.google.channels import Channels
from sandbox.google.errors import GoogleError
from sandbox.google.event_routes import EventRoutes
from sandbox.google.exchange import answer, body_of, check_match
from sandbox.google.oauth import Login
from sandbox.google.records import Calendar
from sandbox.google.sharing import Sharing
from sandbox.google.store import Store

WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Api:
    def __init__(
        self, store: Store, calendars: Calendars, sharing: Sharing, events: EventRoutes, channels: Channels
    ) -> None:
        self.store = store
        self.calendars, self.sharing, self.events, self.channels = calendars, sharing, events, channels

    def route(self, request: Request, path: str, login: Login) -> Answer:
        """One call of a known user. GoogleError for all that is refused."""
        email = self.store.user(login.email)
        kind = "write" if request.method in WRITES else "read"
        match path.strip("/").split("/"):
            case ["calendars"] if request.method == "POST":
                need_scope(login, "write calendars")
                return answer(request, self.calendars.shown(self.calendars.insert(body_of(request), email)))
            case ["calendars", key]:
                need_scope(login, f"{kind} calendars")
                return self.calendar(request, self.by_key(key, email), email)
            case ["calendars", key, "acl", *rest]:
                need_scope(login, f"{kind} rules")
                return self.rules(request, self.by_key(key, email), email, rest)
            case ["calendars", key, "events", *rest]:
                need_scope(login, "read events" if rest[-1:] == ["watch"] else f"{kind} events")
                return self.events.route(request, self.by_key(key, email), email, rest)
            case ["users", "me", "calendarList", *rest]:
                need_scope(login, f"{kind} list")
                return self.list_of(request, email, rest)
            case ["channels", "stop"] if request.method == "POST":
                self.channels.stop(body_of(request))
                return Answer(204)
        raise GoogleError("notFound")

    def by_key(self, key: str, email: str) -> Calendar:
        return self.store.calendar(email if key == "primary" else key)

    def calendar(self, request: Request, calendar: Calendar, email: str) -> Answer:
        need_role(calendar, email, "reader" if request.method == "GET" else "owner")
        match request.method:
            case "GET":
                return answer(request, self.calendars.shown(calendar))
            case "PUT" | "PATCH":
                check_match(request, calendar.etag)
                patch = request.method == "PATCH"
                return answer(request, self.calendars.shown(self.calendars.change(calendar, body_of(request), patch)))
            case "DELETE":
                self.calendars.delete(calendar)
                return Answer(204)
        raise GoogleError("notFound")

    def list_of(self, request: Request, email: str, rest: list[str]) -> Answer:
        match [request.method, *rest]:
            case ["GET"]:
                return answer(request, self.calendars.entries(request, email))
            case ["POST"]:
                return answer(request, self.calendars.set_entry(email, body_of(request)))
            case ["GET", key]:
                row = self.calendars.entry_of(email, key)
                return answer(request, self.calendars.entry(email, key, row))
            case ["PUT" | "PATCH", key]:
                return answer(request, self.calendars.set_entry(email, body_of(request), key))
            case ["DELETE", key]:
                self.calendars.drop_entry(email, key)
                return Answer(204)
        raise GoogleError("notFound")

    def rules(self, request: Request, calendar: Calendar, email: str, rest: list[str]) -> Answer:
        need_role(calendar, email, "writer" if request.method == "GET" else "owner")
        notify = request.args.get("sendNotifications", "true").lower() != "false"
        match [request.method, *rest]:
            case ["GET"]:
                return answer(request, self.sharing.rules(request, calendar))
            case ["POST"]:
                return answer(request, self.sharing.set_rule(calendar, body_of(request), notify=notify))
            case ["GET", key]:
                return answer(request, self.sharing.rule(key, self.sharing.rule_of(calendar, key)))
            case ["PUT" | "PATCH", key]:
                check_match(request, self.sharing.rule_of(calendar, key).etag)
                return answer(request, self.sharing.set_rule(calendar, body_of(request), key, notify))
            case ["DELETE", key]:
                self.sharing.remove_rule(calendar, key)
                return Answer(204)
        raise GoogleError("notFound")
