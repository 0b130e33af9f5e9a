"""EspoCRM's webhooks: subscriptions, the queue of events, and which answer means what for them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
import secrets
import threading
import time
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sandbox.espocrm.config import EspoSettings
from sandbox.espocrm.entities import ENTITIES
from sandbox.espocrm.errors import EspoError
from sandbox.espocrm.records import Change
from sandbox.espocrm.rights import forbidden
from sandbox.espocrm.schema import attributes, entity_def
from sandbox.espocrm.values import new_id, now

EVENT = re.compile(r"^(?P<entity>\w+)\.(?:create|update|delete|fieldUpdate\.(?P<field>\w+))$")
NOT_SENT = {"modifiedAt", "modifiedById", "modifiedByName"}  # a save moves them, and they are no change
TRIED_AGAIN = {401, 403, 404, 405, 408, 500, 503}
MAX_REQUESTS_PER_RUN = 20  # one for each webhook with something to send


def signatures(webhook_id: str, secret_key: str, body: bytes) -> dict[str, str]:
    """The two headers that prove a delivery."""
    mac = hmac.new(secret_key.encode(), body, hashlib.sha256)
    prefix = webhook_id.encode() + b":"
    return {
        "Signature": base64.b64encode(prefix + mac.hexdigest().encode()).decode(),
        "X-Signature": base64.b64encode(prefix + mac.digest()).decode(),
    }


@dataclass
class Webhook:
    event: str
    url: str
    user_id: str
    skip_own: bool = False
    active: bool = True
    id: str = field(default_factory=new_id)
    secret_key: str = field(default_factory=lambda: secrets.token_hex(16))
    created_at: str = field(default_factory=now)

    @property
    def entity_type(self) -> str:
        return self.event.partition(".")[0]

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "event": self.event,
            "url": self.url,
            "isActive": self.active,
            "skipOwn": self.skip_own,
            "userId": self.user_id,
            "secretKey": self.secret_key,
            "createdAt": self.created_at,
        }


@dataclass(frozen=True)
class Event:
    name: str
    data: dict[str, Any]
    user_id: str


@dataclass
class Item:
    """One event on its way to one webhook."""

    number: int
    webhook_id: str
    data: dict[str, Any]
    attempts: int = 0
    due_at: float = 0.0


def by_number(item: Item) -> int:
    return item.number


class WebhookQueue:
    def __init__(self, settings: EspoSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.webhooks: dict[str, Webhook] = {}
        self.events: deque[Event] = deque()
        self.items: list[Item] = []
        self.numbers = itertools.count(1)

    def register(self, webhook: Webhook) -> Webhook:
        self.check(webhook)
        with self.lock:
            self.webhooks[webhook.id] = webhook
        return webhook

    def check(self, webhook: Webhook, refused: Collection[str] = ()) -> None:
        """`refused`: what its user may not do. Source: Classes/RecordHooks/Webhook/BeforeSave.php, 9.2."""
        found = EVENT.match(webhook.event)
        if not found:
            raise EspoError(403, "Not supported event.")
        entity_type, name = found["entity"], found["field"]
        if entity_type not in ENTITIES or entity_type in self.settings.missing:
            raise EspoError(403, "Entity type is not available for Webhooks.")
        if f"{entity_type}.read" in refused:
            raise EspoError(403, "Entity type is forbidden.")
        if name and f"{entity_type}.{name}.read" in refused:
            raise EspoError(403, "Field is forbidden.")
        if name and name not in entity_def(entity_type, self.settings.installed).fields:
            raise EspoError(403, "Field does not exist.")
        if not re.match(r"^https?://", webhook.url):
            raise EspoError(400, "Bad URL.")

    def check_room(self, user_id: str) -> None:
        """Likewise."""
        with self.lock:
            if sum(each.user_id == user_id for each in self.webhooks.values()) >= self.settings.webhooks_per_user:
                raise EspoError(403, "Webhook number per user exceeded the limit.")

    def drop(self, webhook_id: str) -> None:
        with self.lock:
            self.webhooks.pop(webhook_id, None)
            self.items = [item for item in self.items if item.webhook_id != webhook_id]

    def note(self, change: Change) -> None:
        """Queue what subscribers should hear of a change; nothing when nobody subscribed to it."""
        with self.lock:
            wanted = {webhook.event for webhook in self.webhooks.values() if webhook.active}
            if not wanted:
                return
            record, kind = change.record, change.entity_type
            key = {"id": record["id"]}
            if change.action == "create":
                unversioned = {"versionNumber"} if kind not in self.settings.optimistic_locking else set()
                self._queue(f"{kind}.create", _without(record, unversioned), change, wanted)
            elif change.action == "delete":
                self._queue(f"{kind}.delete", key, change, wanted)
            else:
                data = {name: record[name] for name in sorted(change.changed - NOT_SENT)}
                self._queue(f"{kind}.update", key | data, change, wanted)
                fields = attributes(kind)
                for name in sorted({fields[item].get("field", item) for item in data if item in fields}):
                    parts = {item: record[item] for item, spec in fields.items() if spec.get("field") == name}
                    self._queue(f"{kind}.fieldUpdate.{name}", key | parts, change, wanted)

    def _queue(self, name: str, data: dict[str, Any], change: Change, wanted: set[str]) -> None:
        if name in wanted:
            self.events.append(Event(name, data, change.actor.id))

    def spread(self) -> None:
        """Turn the oldest events, a limited number, into items for each webhook that wants them."""
        with self.lock:
            for _ in range(min(self.settings.webhook_events_per_run, len(self.events))):
                event = self.events.popleft()
                for webhook in self.webhooks.values():
                    own = webhook.skip_own and webhook.user_id == event.user_id
                    if webhook.active and webhook.event == event.name and not own:
                        self.items.append(Item(next(self.numbers), webhook.id, event.data))

    def batches(self, ignore_pause: bool = False) -> list[tuple[Webhook, list[Item]]]:
        """What one run sends: for each webhook the oldest due items, a limited number. What waits for one that is
        switched off, or is about a type that may not be read any more, is dropped (Core/Webhook/Queue.php, 9.2)."""
        moment = float("inf") if ignore_pause else time.monotonic()
        with self.lock:
            dropped = {key for key, hook in self.webhooks.items() if not (hook.active and self._may_be_told(hook))}
            self.items = [item for item in self.items if item.webhook_id not in dropped]
            found: dict[str, list[Item]] = {}
            for item in self.items:
                if item.due_at <= moment:
                    found.setdefault(item.webhook_id, []).append(item)
            size = self.settings.webhook_items_per_request
            return [(self.webhooks[key], items[:size]) for key, items in found.items()][:MAX_REQUESTS_PER_RUN]

    def _may_be_told(self, webhook: Webhook) -> bool:
        return f"{webhook.entity_type}.read" not in self.settings.denied

    def shown(self, webhook: Webhook, item: Item) -> dict[str, Any]:
        """What its user may read of it, as the rights are now (likewise)."""
        return _without(item.data, forbidden(self.settings, webhook.entity_type, "read"))

    def settle(self, webhook: Webhook, items: list[Item], status: int | None, timed_out: bool) -> str:
        """Note what became of a delivery: delivered, again, lost or dropped (with its webhook)."""
        with self.lock:
            if status == 410:
                self.drop(webhook.id)
                return "dropped"
            again: list[Item] = []
            sent = {item.number for item in items}
            for item in items:
                item.attempts += 1
                if (timed_out or status in TRIED_AGAIN) and item.attempts < self.settings.webhook_attempts:
                    item.due_at = time.monotonic() + self.settings.webhook_retry_pause
                    again.append(item)
            self.items = sorted([item for item in self.items if item.number not in sent] + again, key=by_number)
        if status is not None and 200 <= status < 400:
            return "delivered"
        return "again" if again else "lost"

    def pending(self) -> int:
        with self.lock:
            return len(self.events) + len(self.items)

    def reset(self) -> None:
        with self.lock:
            self.webhooks.clear()
            self.events.clear()
            self.items.clear()


def _without(data: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}
