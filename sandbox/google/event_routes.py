"""The routes of events, and of channels for them."""

from __future__ import annotations

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.google.access import need_role
from sandbox.google.channels import Channels
from sandbox.google.config import API, SERVICE
from sandbox.google.errors import GoogleError
from sandbox.google.events import Events
from sandbox.google.exchange import answer, body_of, check_match
from sandbox.google.listing import Listing
from sandbox.google.paging import flag
from sandbox.google.records import Calendar, Event
from sandbox.google.rendering import rendered
from sandbox.google.series import found
from sandbox.google.store import Store

UPDATES = ("all", "externalOnly", "none")


class EventRoutes:
    def __init__(self, store: Store, events: Events, listing: Listing, channels: Channels) -> None:
        self.store = store
        self.events, self.listing, self.channels = events, listing, channels

    def route(self, request: Request, calendar: Calendar, email: str, rest: list[str]) -> Answer:
        reading = request.method == "GET" or rest == ["watch"]
        role = need_role(calendar, email, "reader" if reading else "writer")
        _mails(request)  # refuses, before anything is changed
        match [request.method, *rest]:
            case ["GET"]:
                return answer(request, self.listing.events(request, calendar, role))
            case ["GET", key]:
                zone = request.args.get("timeZone", "")
                return answer(request, rendered(calendar, found(calendar, key), zone))
            case ["GET", key, "instances"]:
                return answer(request, self.listing.instances(request, calendar, key, role))
            case ["POST", "watch"]:
                uri = f"{request.host_url.rstrip('/')}{API}{SERVICE}/calendars/{calendar.id}/events?alt=json"
                return answer(request, self.channels.open(calendar.id, uri, body_of(request)).shown())
            case ["POST"]:
                event = self.events.insert(calendar, body_of(request), email)
                return self.saved(request, calendar, event, "insert")
            case ["PUT" | "PATCH", key]:
                check_match(request, found(calendar, key).etag)
                change = self.events.patch if request.method == "PATCH" else self.events.update
                event = change(calendar, key, body_of(request))
                return self.saved(request, calendar, event, "patch" if request.method == "PATCH" else "update")
            case ["DELETE", key]:
                event = found(calendar, key)
                if not event.cancelled:
                    check_match(request, event.etag)
                self.events.delete(calendar, key)
                self.saved(request, calendar, event, "delete")
                return Answer(204)
        raise GoogleError("notFound")

    def saved(self, request: Request, calendar: Calendar, event: Event, verb: str) -> Answer:
        """Guests would be told; without guests nobody is."""
        for guest in event.fields.get("attendees") or ():
            mail = {"about": verb, "calendar": calendar.id, "to": guest.get("email", ""), "sent": _mails(request)}
            self.store.mails.append(mail)
        self.channels.note(calendar.id)
        return answer(request, rendered(calendar, event))


def _mails(request: Request) -> bool:
    """Whether guests get mail. GoogleError 400 for a `sendUpdates` that is none."""
    updates = request.args.get("sendUpdates") or ("all" if flag(request, "sendNotifications") else "none")
    if updates not in UPDATES:
        raise GoogleError("invalid", "Invalid value for: sendUpdates", parameter="sendUpdates")
    return updates != "none"
