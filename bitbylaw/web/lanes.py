"""Threads by purpose: whatever holds up one kind of request, the other kinds find a thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

LIVE, READY, WEBHOOKS, PROXY, PAGES = "live", "ready", "webhooks", "proxy", "pages"
# `live` touches nothing that can hang, so nothing that can may stand before it.
PATHS = (
    ("/health/live", LIVE),
    ("/health/", READY),
    ("/vmh/webhook/", WEBHOOKS),
    ("/google/calendar/push", WEBHOOKS),
    ("/advoware/", PROXY),
)


def lane_of(path: str) -> str:
    """Everything else are pages: staff's, and whatever a stranger thinks of."""
    return next((lane for start, lane in PATHS if path.startswith(start)), PAGES)


class Lanes:
    """`threads` for pages, `webhooks` for webhooks; the proxy has one more than it lets in, who says no."""

    def __init__(self, threads: int, webhooks: int, proxy_calls: Callable[[], int]) -> None:
        self._threads, self._webhooks, self._proxy_calls = threads, webhooks, proxy_calls
        self._pools: dict[str, ThreadPoolExecutor] = {}

    def submit(self, path: str, work: Callable[..., T], *args: object) -> Future[T]:
        lane = lane_of(path)
        pool = self._pools.get(lane)
        if pool is None:
            pool = self._pools[lane] = ThreadPoolExecutor(self._size(lane), thread_name_prefix=lane)
        return pool.submit(work, *args)

    def shutdown(self, wait: bool = True) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=wait)

    def _size(self, lane: str) -> int:
        if lane == PROXY:
            return self._proxy_calls() + 1
        if lane == WEBHOOKS:
            return self._webhooks
        return 1 if lane in (LIVE, READY) else self._threads
