"""Google Calendar put together: the token endpoint, the API, batches, and what people do in it."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.calls import CallLog
from sandbox.faults import FaultBoard
from sandbox.google.account import service_account
from sandbox.google.api import Api
from sandbox.google.batch import Batches
from sandbox.google.calendars import Calendars
from sandbox.google.channels import Channels
from sandbox.google.config import API, BATCH, SERVICE, TOKEN, GoogleSettings
from sandbox.google.errors import GoogleError
from sandbox.google.event_routes import EventRoutes
from sandbox.google.events import Events
from sandbox.google.listing import Listing
from sandbox.google.oauth import TokenEndpoint
from sandbox.google.paging import Pages
from sandbox.google.people import People
from sandbox.google.pushes import Pusher
from sandbox.google.quota import Quota
from sandbox.google.rendering import rendered
from sandbox.google.sharing import Sharing
from sandbox.google.store import Store
from sandbox.world import Mount


class GoogleCalendar:
    name = "google"

    def __init__(self, settings: GoogleSettings, faults: FaultBoard, calls: CallLog) -> None:
        self.settings = settings
        self.batches = Batches(settings, faults, calls, self.call)
        self.store = Store(settings)
        self.pages = Pages(self.store)
        self.quota = Quota(settings)
        self.login = TokenEndpoint(settings)
        self.channels = Channels(settings)
        self.pusher = Pusher(settings, self.channels)
        self.calendars = Calendars(self.store, self.pages)
        self.sharing = Sharing(self.store, self.pages)
        self.events = Events(self.store)
        self.people = People(self.store, self.calendars, self.events)
        self.listing = Listing(self.store, self.pages)
        routes = EventRoutes(self.store, self.events, self.listing, self.channels)
        self.api = Api(self.store, self.calendars, self.sharing, routes, self.channels)

    def mounts(self) -> list[Mount]:
        return [
            Mount(TOKEN, "google-oauth", self.login.answer),
            Mount(f"{API}{BATCH}", "google-batch", self.batches.answer),
            Mount(f"{API}{SERVICE}/", self.name, self.call),
        ]

    def call(self, request: Request, path: str) -> Answer:
        try:
            login = self.login.admit(request)
            self.quota.spend(request.args.get("quotaUser") or login.email)
            with self.store.lock:
                return self.api.route(request, path, login)
        except GoogleError as refusal:
            return refusal.answer()

    def control(self, action: str, data: dict[str, Any]) -> Any:
        match action:
            case "service_account":
                return service_account(str(data["base_url"]))
            case "expire_tokens":
                return self.login.expire()
            case "expire_sync_tokens":
                self.store.epoch += 1
                return self.store.epoch
            case "expire_channels":
                return self.channels.expire()
            case "refuse_next":
                return self.quota.refuse_next(str(data["reason"]), int(data["times"]), int(data["status"]))
            case "deliver_pushes":
                return self.pusher.deliver()
            case "list_pushes":
                return list(self.pusher.log)
        try:
            with self.store.lock:
                result, changed = self.people.act(action, data)
        except GoogleError as refusal:
            if refusal.status in (404, 410):
                raise KeyError(refusal.message) from refusal
            raise ValueError(refusal.message) from refusal
        if changed:
            self.channels.note(changed)
        return result

    def snapshot(self) -> dict[str, Any]:
        """Calendars with their rules and events (deleted ones too), lists, channels, mails; sorted by names and ids."""
        with self.store.lock:
            calendars = [
                self.calendars.shown(item)
                | {
                    "rules": [self.sharing.rule(key, item.rules[key]) for key in sorted(item.rules)],
                    "events": [rendered(item, item.events[key]) for key in sorted(item.events)],
                }
                for item in self.store.calendars.values()
            ]
            return {
                "calendars": sorted(calendars, key=lambda row: (row["summary"], row["id"])),
                "lists": {
                    email: sorted(key for key, row in rows.items() if not row.deleted)
                    for email, rows in sorted(self.store.lists.items())
                },
                "channels": self.channels.as_list(),
                "mails": list(self.store.mails),
                "logins": self.login.logins,
                "refused_logins": self.login.refused,
                "refused_calls": self.quota.refused,
            }

    def reset(self) -> None:
        self.store.clear()
        self.pages.clear()
        self.quota.clear()
        self.login.clear()
        self.channels.clear()
        self.pusher.log.clear()

    def close(self) -> None:
        self.pusher.close()
