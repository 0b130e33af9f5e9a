"""The whole sandbox: its systems, what goes wrong with them, and the way of a call through it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.calls import CallLog
from sandbox.faults import Fault, FaultBoard
from sandbox.settings import Settings


@dataclass(frozen=True)
class Mount:
    """A part of a system's API. `system` is its name in the call log and in faults."""

    prefix: str
    system: str
    answer: Callable[[Request, str], Answer]  # gets the path below the prefix


class System(Protocol):
    name: str

    def mounts(self) -> list[Mount]: ...

    def snapshot(self) -> dict[str, Any]:
        """Everything it holds, in an order that is the same for the same content."""

    def control(self, action: str, data: dict[str, Any]) -> Any:
        """Do what a person or the outside world would do. KeyError: there is no such action."""

    def reset(self) -> None: ...

    def close(self) -> None: ...


class World:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faults = FaultBoard()
        self.calls = CallLog()
        self.systems: dict[str, System] = {}
        self.mounts: list[Mount] = []
        self.started = time.time()

    def add(self, system: System) -> None:
        self.systems[system.name] = system
        self.mounts += system.mounts()

    def mount_for(self, path: str) -> Mount | None:
        return next((mount for mount in self.mounts if path.startswith(mount.prefix)), None)

    def call(self, mount: Mount, request: Request) -> Answer:
        """One call to a system, with its fault and its line in the log."""
        target = request.environ["REQUEST_URI"]
        self.calls.enabled = self.settings.general.log_calls
        call = self.calls.begin(mount.system, request.method, target, request.content_length or 0)
        fault = self.faults.take(mount.system, request.method, target)
        if fault:
            call.fault = fault.kind
        if self.settings.general.latency:
            time.sleep(self.settings.general.latency.get(mount.system, 0))
        rest = request.path[len(mount.prefix) :]
        answer = self._faulty(fault, mount, request, rest) if fault else mount.answer(request, rest)
        self.calls.end(call, None if answer.cut == "whole" else answer.status, len(answer.body))
        return answer

    def _faulty(self, fault: Fault, mount: Mount, request: Request, rest: str) -> Answer:
        match fault.kind:
            case "status":
                return fault.answer()
            case "cut_before":
                return Answer(cut="whole")
            case "delay":
                time.sleep(fault.delay)
            case "hold" if fault.hold == "before":
                self.faults.wait(fault)
        answer = mount.answer(request, rest)
        match fault.kind:
            case "hold" if fault.hold == "after":
                self.faults.wait(fault)
            case "cut_after":
                answer.cut = "whole"
            case "refused_after":
                return fault.answer()
            case "garbage":
                return Answer(200, b'{"id": "65f0", "name": <br />\n<b>Warning</b>')
            case "truncated":
                answer.cut = "half"
        return answer

    def reset(self) -> None:
        self.faults.remove()
        self.settings.reset()
        for system in self.systems.values():
            system.reset()
        self.calls.clear()

    def close(self) -> None:
        self.faults.remove()
        for system in self.systems.values():
            system.close()
