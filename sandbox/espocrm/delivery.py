"""The job that carries webhooks and the firm's link hook to their addresses, and the log of it."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections import deque
from typing import Any

import requests

from sandbox.espocrm.config import EspoSettings
from sandbox.espocrm.errors import php_json
from sandbox.espocrm.links import LinkChange
from sandbox.espocrm.webhooks import Item, Webhook, WebhookQueue, signatures

LOG_SIZE = 5_000
TICK_SECONDS = 0.05  # how soon a changed interval is noticed
EXPECT_ABOVE_BYTES = 1 << 20


class Sender:
    """One POST, as PHP's curl does it: a new connection each time, no redirects followed."""

    def __init__(self, settings: EspoSettings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_SIZE)
        self.numbers = itertools.count(1)

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int | None, str]:
        """Status, or None with what went wrong: `timeout`, or another word."""
        headers = {"Content-Type": "application/json", "User-Agent": "EspoCRM"} | headers
        if len(body) > EXPECT_ABOVE_BYTES:
            headers["Expect"] = "100-continue"
        timeout = (self.settings.webhook_connect_timeout, self.settings.webhook_timeout)
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the machine has no business here
            try:
                return session.post(url, body, headers=headers, timeout=timeout, allow_redirects=False).status_code, ""
            except requests.Timeout:
                return None, "timeout"
            except requests.RequestException as wrong:
                return None, type(wrong).__name__

    def note(self, **entry: Any) -> None:
        with self.lock:
            self.log.append({"number": next(self.numbers), "at": time.time()} | entry)

    def entries(self, since: int = 0) -> list[dict[str, Any]]:
        with self.lock:
            return [entry for entry in self.log if entry["number"] > since]


class WebhookJob:
    def __init__(self, settings: EspoSettings, waiting: WebhookQueue, sender: Sender) -> None:
        self.settings = settings
        self.queue = waiting
        self.sender = sender
        self.run_lock = threading.Lock()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, name="espocrm-webhooks", daemon=True)
        self.thread.start()

    def _work(self) -> None:
        last = time.monotonic()
        while not self.stopped.wait(TICK_SECONDS):
            if self.settings.webhook_job and time.monotonic() - last >= self.settings.webhook_interval:
                self.run()
                last = time.monotonic()

    def run(self, ignore_pause: bool = False) -> dict[str, int]:
        """One run of the job; how many items were delivered, will come again, or are lost."""
        counts = {"requests": 0, "delivered": 0, "again": 0, "lost": 0, "dropped": 0}
        with self.run_lock:
            self.queue.spread()
            for webhook, items in self.queue.batches(ignore_pause):
                outcome = self._send(webhook, items)
                counts["requests"] += 1
                counts[outcome] += len(items)
        return counts

    def run_all(self, ignore_pause: bool = False) -> dict[str, int]:
        """Run until nothing is due, however many runs it takes."""
        counts = self.run(ignore_pause)
        total = dict(counts)
        while self.queue.events or self.queue.batches():
            counts = self.run()
            total = {name: total[name] + count for name, count in counts.items()}
        return total

    def _send(self, webhook: Webhook, items: list[Item]) -> str:
        body = php_json([self.queue.shown(webhook, item) for item in items])
        begun = time.monotonic()
        status, error = self.sender.post(webhook.url, body, signatures(webhook.id, webhook.secret_key, body))
        outcome = self.queue.settle(webhook, items, status, error == "timeout")
        self.sender.note(
            kind="webhook",
            event=webhook.event,
            webhookId=webhook.id,
            url=webhook.url,
            ids=[item.data["id"] for item in items],
            attempt=max(item.attempts for item in items),
            status=status,
            error=error,
            outcome=outcome,
            seconds=round(time.monotonic() - begun, 4),
        )
        return outcome

    def close(self) -> None:
        self.stopped.set()


class LinkHook:
    """The hook of the firm's own: tells at once when two records were linked or unlinked. Never tried again."""

    def __init__(self, settings: EspoSettings, sender: Sender) -> None:
        self.settings = settings
        self.sender = sender
        self.waiting: queue.SimpleQueue[LinkChange | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="espocrm-link-hook", daemon=True).start()

    def note(self, change: LinkChange) -> None:
        if self.settings.link_hook and self.settings.link_hook_url:
            self.waiting.put(change)

    def _work(self) -> None:
        while (change := self.waiting.get()) is not None:
            url = f"{self.settings.link_hook_url.rstrip('/')}/{change.action}"
            body = {
                "entityType": change.entity_type,
                "entityId": change.entity_id,
                "link": change.link,
                "foreignType": change.foreign_type,
                "foreignId": change.foreign_id,
            }
            headers = {"Authorization": f"Bearer {self.settings.link_hook_token}"}
            status, error = self.sender.post(url, php_json(body), headers)
            good = status is not None and status < 400
            self.sender.note(
                kind="link hook",
                event=f"entity.{change.action}",
                url=url,
                ids=[change.entity_id, change.foreign_id],
                status=status,
                error=error,
                outcome="delivered" if good else "lost",
            )

    def close(self) -> None:
        self.waiting.put(None)
