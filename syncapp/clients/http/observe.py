"""Who watches the calls: the engine checks its claim before a write and keeps the trace of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """One request that was sent, repeats counted singly. Safe to store: no query, no body, no values."""

    system: str
    method: str
    path: str  # ids and names of entities, never a query
    status: int | None  # None = no answer
    milliseconds: int  # until the body was read
    request_id: str  # as the system names it
    error: str  # class name of what was raised, or ""
    started_at: datetime  # UTC
    write: bool


class Observer(Protocol):
    def before_write(self) -> None:
        """Called before every writing request, each repeat included. What it raises stops the call."""

    def called(self, call: OutsideCall) -> None:
        """Called after every request, also after a failed one."""
