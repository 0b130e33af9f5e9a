"""Faults on demand: what goes wrong with which call. The first rule that fits wins."""

from __future__ import annotations

import itertools
import re
import threading
import time
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

from sandbox.answers import Answer

LONGEST_HOLD_SECONDS = 600.0  # a forgotten hold must not keep a thread for ever

KINDS = {
    "status": "answer this status, headers and body instead; nothing is changed",
    "delay": "wait `delay` seconds, then answer as usual",
    "cut_before": "close the connection with no answer; nothing is changed",
    "cut_after": "the change happens, then the connection is closed with no answer",
    "refused_after": "the change happens, then this status, headers and body are the answer",
    "garbage": "the change happens, then 200 with a body that is no JSON",
    "hold": "wait until released, `hold` = before or after the change",
    "truncated": "announce the whole answer, send half of it, close the connection",
}


@dataclass
class Fault:
    """A rule. `system` may end with `*`; `path` is a regular expression searched in path and query."""

    kind: str
    system: str = "*"
    method: str = ""
    path: str = ""
    after: int = 0  # so many fitting calls pass first
    times: int | None = 1  # None: for ever
    seconds: float = 0.0  # the rule ends so long after it was added; 0: it does not
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    delay: float = 0.0
    hold: str = "before"
    note: str = ""
    id: int = 0
    matched: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}. There are: {', '.join(KINDS)}")
        if self.hold not in ("before", "after"):
            raise ValueError("hold is before or after")
        try:
            self.pattern = re.compile(self.path)
        except re.error as wrong:
            raise ValueError(f"path is no regular expression: {wrong}") from wrong
        self.released = threading.Event()
        self.ends_at = time.monotonic() + self.seconds if self.seconds else float("inf")

    def fits(self, system: str, method: str, path: str) -> bool:
        return (
            self.active
            and (not self.method or self.method.upper() == method)
            and fnmatchcase(system, self.system)
            and bool(self.pattern.search(path))
        )

    @property
    def active(self) -> bool:
        return (self.times is None or self.hits < self.times) and time.monotonic() < self.ends_at

    def answer(self) -> Answer:
        kind = "application/json" if self.body[:1] in ("{", "[") else "text/plain"
        return Answer(self.status, self.body.encode(), kind, dict(self.headers))

    def as_dict(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self)} | {"active": self.active}


class FaultBoard:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rules: list[Fault] = []
        self.waiting = 0
        self.ids = itertools.count(1)

    def add(self, rule: Fault) -> Fault:
        with self.lock:
            rule.id = next(self.ids)
            self.rules.append(rule)
        return rule

    def take(self, system: str, method: str, path: str) -> Fault | None:
        """The fault for this call, counted; None for most."""
        if not self.rules:
            return None
        with self.lock:
            for rule in self.rules:
                if rule.fits(system, method, path):
                    rule.matched += 1
                    if rule.matched > rule.after:
                        rule.hits += 1
                        return rule
        return None

    def wait(self, rule: Fault) -> None:
        with self.lock:
            self.waiting += 1
        rule.released.wait(LONGEST_HOLD_SECONDS)
        with self.lock:
            self.waiting -= 1

    def release(self, rule_id: int | None = None) -> int:
        """Let held calls go on, and take the rule away; how many rules were released."""
        with self.lock:
            chosen = [rule for rule in self.rules if rule.kind == "hold" and rule_id in (None, rule.id)]
            self.rules = [rule for rule in self.rules if rule not in chosen]
        for rule in chosen:
            rule.released.set()
        return len(chosen)

    def remove(self, rule_id: int | None = None) -> int:
        """Take one rule away, or all; calls held by it go on."""
        with self.lock:
            chosen = [rule for rule in self.rules if rule_id in (None, rule.id)]
            self.rules = [rule for rule in self.rules if rule not in chosen]
        for rule in chosen:
            rule.released.set()
        return len(chosen)

    def as_list(self) -> list[dict[str, Any]]:
        with self.lock:
            return [rule.as_dict() for rule in self.rules]
