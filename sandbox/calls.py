"""The call log: every call to a system, in order, and counters that go on counting when the log is off."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

MAX_CALLS = 200_000  # about 100 MB; a benchmark that makes more should switch the log off

ID = re.compile(r"^(?:[0-9a-f]{17}|(?:file|collection)_[0-9a-f-]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+)$")

# Google's ids look like anything, so they are known by what stands before them.
HOLDERS = {"calendars", "events", "acl", "calendarList"}
VERBS = {"watch", "batchGet"}


@dataclass(slots=True)
class Call:
    number: int
    system: str
    method: str
    path: str  # with its query
    route: str  # the path with ids taken out, for counting
    at: float  # seconds since 1970, UTC
    status: int | None = None  # None: not answered yet, or never (the connection was cut)
    fault: str | None = None
    seconds: float | None = None
    bytes_in: int = 0
    bytes_out: int = 0


class CallLog:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.enabled = True
        self.entries: deque[Call] = deque(maxlen=MAX_CALLS)
        self.counters: Counter[tuple[str, str, str]] = Counter()
        self.number = 0

    def begin(self, system: str, method: str, path: str, bytes_in: int) -> Call:
        bare = path.partition("?")[0]
        parts = bare.split("/")
        named = ["", *parts]  # what stands before each part
        route = "/".join(
            "{id}" if ID.match(part) or (named[place] in HOLDERS and part not in VERBS) else part
            for place, part in enumerate(parts)
        )
        with self.lock:
            self.number += 1
            self.counters[system, method, route] += 1
            call = Call(self.number, system, method, path, route, time.time(), bytes_in=bytes_in)
            if self.enabled:
                self.entries.append(call)
        return call

    def end(self, call: Call, status: int | None, bytes_out: int) -> None:
        call.seconds = round(time.time() - call.at, 6)
        call.bytes_out = bytes_out
        call.status = status

    def since(self, number: int = 0, system: str | None = None, limit: int = 0) -> list[dict[str, Any]]:
        """Calls with a higher number, oldest first; with a limit only the newest ones."""
        with self.lock:
            found = [call for call in self.entries if call.number > number and (not system or call.system == system)]
        return [asdict(call) for call in found[-limit if limit else 0 :]]

    def counts(self) -> list[dict[str, Any]]:
        with self.lock:
            items = sorted(self.counters.items())
        return [{"system": key[0], "method": key[1], "route": key[2], "count": count} for key, count in items]

    def clear(self) -> None:
        with self.lock:
            self.entries.clear()
            self.counters.clear()
