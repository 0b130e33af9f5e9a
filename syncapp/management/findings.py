"""One thing that was looked at while the connections are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from syncapp.clients.errors import ClientError


@dataclass(frozen=True, slots=True)
class Finding:
    """`good` None: worth knowing, no trouble."""

    system: str
    what: str
    words: str
    good: bool | None = True
    milliseconds: int | None = None


@contextmanager
def timing() -> Iterator[Callable[[], int]]:
    """A watch that tells the milliseconds since it was started."""
    begun = perf_counter()
    yield lambda: round((perf_counter() - begun) * 1000)


def timed(system: str, what: str, ask: Callable[[], object]) -> Finding:
    """Whether the question was answered, and how long it took."""
    with timing() as took:
        try:
            ask()
        except ClientError as exc:
            return Finding(system, what, str(exc), False, took())
        return Finding(system, what, "ok", True, took())
