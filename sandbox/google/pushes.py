"""What carries notifications to the addresses of channels, and the log of it."""

from __future__ import annotations

import threading
import time
from collections import deque
from email.utils import formatdate
from typing import Any

import requests

from sandbox.google.channels import Channel, Channels
from sandbox.google.config import GoogleSettings

LOG_SIZE = 5_000
TIMEOUT_SECONDS = 10
AGAIN = {500, 502, 503, 504}  # answers after which Google tries again
GOOD = {200, 201, 202, 204, 102}


class Pusher:
    def __init__(self, settings: GoogleSettings, channels: Channels) -> None:
        self.settings = settings
        self.channels = channels
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_SIZE)
        self.closed = threading.Event()
        self.run_lock = threading.Lock()
        threading.Thread(target=self._work, name="google-pushes", daemon=True).start()

    def _work(self) -> None:
        while not self.closed.is_set():
            self.channels.changed.wait()
            if not self.closed.wait(self.settings.push_seconds):
                self.deliver()

    def deliver(self) -> int:
        """Send what is due now; how many were sent."""
        with self.run_lock:
            self.channels.changed.clear()
            due = self.channels.due()
            for channel, state in due:
                self.tell(channel, state)
            return len(due)

    def tell(self, channel: Channel, state: str) -> None:
        channel.sent += 1
        entry = {"channel": channel.id, "state": state, "number": channel.sent, "at": time.time(), "status": None}
        if self.settings.pushes_lost > 0:
            self.settings.pushes_lost -= 1
            self.log.append(entry | {"outcome": "lost"})
            return
        headers = {
            "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Channel-Expiration": formatdate(channel.ends, usegmt=True),
            "X-Goog-Resource-ID": channel.resource_id,
            "X-Goog-Resource-URI": channel.resource_uri,
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(channel.sent),
        } | ({"X-Goog-Channel-Token": channel.token} if channel.token else {})
        for _ in range(max(1, self.settings.push_attempts)):
            entry["status"] = self.post(channel.address, headers)
            if entry["status"] is not None and entry["status"] not in AGAIN:
                break
        self.log.append(entry | {"outcome": "delivered" if entry["status"] in GOOD else "failed"})

    def post(self, address: str, headers: dict[str, str]) -> int | None:
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the machine has no business here
            try:
                answer = session.post(address, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            except requests.RequestException:
                return None
            return answer.status_code

    def close(self) -> None:
        self.closed.set()
        self.channels.changed.set()
