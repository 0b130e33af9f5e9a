"""A load generator cheap enough for a machine that it shares with the server: one thread, prepared requests.

Requests are signed and serialised before the clock starts; then each kept connection has one request under way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import selectors
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.lines import ANSWER_SECONDS, LoadFailed, spread

WEBHOOK_ID = "64f0c0ffee00bench"
WEBHOOK_SECRET = "bench-webhook-secret"
UPDATE = "/vmh/webhook/document/update"
BARE = "/bench/bare"


@dataclass
class Volley:
    """What came of a series of requests. Latencies and `seconds` in seconds; `own_cpu`: of one core, 0 to 1."""

    seconds: float = 0.0
    own_cpu: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))]


def event(entity_id: str) -> dict[str, object]:
    """What EspoCRM sends of a changed record: the changed attributes and the id."""
    return {
        "id": entity_id,
        "name": "Schriftsatz",
        "modifiedAt": "2026-03-02 09:14:07",
        "modifiedById": "65f0c0ffee0000001",
        "dokumentId": "65f0c0ffee0000002",
        "dokumentName": "schriftsatz.pdf",
    }


def signed(path: str, entity_ids: Iterable[str]) -> bytes:
    """A whole HTTP request, ready to be sent."""
    body = json.dumps([event(entity_id) for entity_id in entity_ids]).encode()
    digest = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    signature = base64.b64encode(f"{WEBHOOK_ID}:{digest}".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def fire(port: int, requests: Sequence[bytes], connections: int = 1) -> Volley:
    """Send all requests over so many kept connections, as fast as the server answers."""
    volley, waiting = Volley(), iter(requests)
    with selectors.DefaultSelector() as selector:
        lines = spread(port, min(connections, len(requests)))
        begun, cpu = time.perf_counter(), time.process_time()
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.ask(next(waiting))
        open_lines = len(lines)
        while open_lines:
            ready = selector.select(ANSWER_SECONDS)
            if not ready:
                raise LoadFailed(f"no answer within {ANSWER_SECONDS:.0f} s")
            for key, _ in ready:
                line = key.data
                if (status := line.answer()) is None:
                    continue
                volley.latencies.append(time.perf_counter() - line.asked)
                volley.statuses[status] += 1
                if (request := next(waiting, None)) is not None:
                    line.ask(request)
                else:
                    selector.unregister(line.socket)
                    open_lines -= 1
        volley.seconds = time.perf_counter() - begun
        volley.own_cpu = (time.process_time() - cpu) / volley.seconds
        for line in lines:
            line.socket.close()
    return volley
