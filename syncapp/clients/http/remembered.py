"""What was asked once and holds for a while, in this process."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Threads may ask for the same twice, which costs a call and harms nothing."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[float, T]] = {}
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            until, value = self._known.get(key, (0.0, None))
        return value if monotonic() < until else None

    def put(self, key: Hashable, value: T, seconds: float) -> None:
        with self._lock:
            self._known[key] = (monotonic() + seconds, value)

    def forget(self, key: Hashable) -> None:
        with self._lock:
            self._known.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
