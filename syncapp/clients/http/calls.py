"""One request, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class StreamBody(Protocol):
    """A body that is read while it is sent; the headers must hold its Content-Length."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``path`` is what the trace may show; ``url`` holds the query as well."""

    method: str
    url: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes | Callable[[], StreamBody] | None = field(default=None, repr=False)
    write: bool = False
    repeatable: bool = True  # executing it twice does no harm
