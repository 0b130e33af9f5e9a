"""Channels that tell an address of changes, without saying which.

https://developers.google.com/workspace/calendar/api/guides/push
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from sandbox.google.config import GoogleSettings
from sandbox.google.errors import GoogleError
from sandbox.google.fields import CHANNEL, written

Record = dict[str, Any]
CHANNEL_ID = re.compile(r"^[A-Za-z0-9\-_+/=]{1,64}$")
LONGEST_TOKEN = 256


@dataclass
class Channel:
    id: str
    resource_id: str
    resource_uri: str
    calendar: str
    address: str
    token: str
    ends: float
    sent: int = 0  # the number of the last message
    pending: list[str] = field(default_factory=list)  # states that are to be told

    def shown(self) -> Record:
        shown = {
            "kind": "api#channel",
            "id": self.id,
            "resourceId": self.resource_id,
            "resourceUri": self.resource_uri,
            "expiration": str(int(self.ends * 1000)),
        }
        return shown | ({"token": self.token} if self.token else {})


class Channels:
    def __init__(self, settings: GoogleSettings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.changed = threading.Event()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.channels: dict[str, Channel] = {}
            self.resources: dict[str, str] = {}
            self.stopped: set[str] = set()

    def open(self, calendar_id: str, uri: str, body: Any) -> Channel:
        """A channel for the events of a calendar; its first message says `sync`."""
        values = written(body, CHANNEL, {}, self.settings.refuse_unknown_fields)
        key, address, token = values.get("id") or "", values.get("address") or "", values.get("token") or ""
        if not key:
            raise GoogleError("required", parameter="resource.id")
        if not CHANNEL_ID.match(key) or len(token) > LONGEST_TOKEN:
            raise GoogleError("invalid", parameter="resource.id" if len(token) <= LONGEST_TOKEN else "resource.token")
        if values.get("type") not in ("web_hook", "webhook"):
            raise GoogleError("invalid", parameter="resource.type")
        if not address.startswith("https://") and not (self.settings.push_http and address.startswith("http://")):
            raise GoogleError("push.webhookUrlNotHttps", f"WebHook callback must be HTTPS: {address}")
        with self.lock:
            if key in self.channels:
                raise GoogleError("channelIdNotUnique", f"Channel id {key} not unique")
            resource = self.resources.setdefault(calendar_id, secrets.token_urlsafe(20))
            channel = Channel(key, resource, uri, calendar_id, address, token, self.end(values))
            channel.pending.append("sync")
            self.channels[key] = channel
        self.changed.set()
        return channel

    def end(self, values: Record) -> float:
        now, longest = time.time(), self.settings.channel_seconds
        try:
            wanted = float((values.get("params") or {}).get("ttl") or longest)
            if values.get("expiration"):
                wanted = int(values["expiration"]) / 1000 - now
        except (ValueError, TypeError):
            raise GoogleError("invalid", parameter="resource.expiration") from None
        if wanted <= 0:
            raise GoogleError("invalid", parameter="resource.expiration")
        return now + min(wanted, longest)

    def stop(self, body: Any) -> None:
        """GoogleError 404 when there is none with both ids."""
        values = written(body, CHANNEL, {}, self.settings.refuse_unknown_fields)
        with self.lock:
            channel = self.channels.get(values.get("id") or "")
            if channel is None or channel.resource_id != values.get("resourceId"):
                raise GoogleError("notFound", "Channel not found for the project.")
            del self.channels[channel.id]

    def note(self, calendar_id: str) -> None:
        """Its events changed. What was not told yet is told once."""
        if not self.channels:
            return
        with self.lock:
            for channel in self.channels.values():
                if channel.calendar == calendar_id and "exists" not in channel.pending:
                    channel.pending.append("exists")
        self.changed.set()

    def due(self) -> list[tuple[Channel, str]]:
        """What is to be told now; channels that have ended drop out."""
        with self.lock:
            now = time.time()
            self.channels = {key: channel for key, channel in self.channels.items() if channel.ends > now}
            found = [(channel, state) for channel in self.channels.values() for state in channel.pending]
            for channel in self.channels.values():
                channel.pending = []
            return found

    def expire(self) -> int:
        with self.lock:
            count = len(self.channels)
            self.channels.clear()
        return count

    def as_list(self) -> list[Record]:
        with self.lock:
            rows = [
                item.shown() | {"calendar": item.calendar, "address": item.address} for item in self.channels.values()
            ]
        return sorted(rows, key=lambda row: str(row["id"]))
