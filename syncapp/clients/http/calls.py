"""One request to be, as data. Nothing here sends it, so whoever only knows how to ask loads no library for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self
from urllib.parse import urlencode

USER_AGENT = "bitbylaw-hub"


class StreamBody(Protocol):
    """A body that is read while it is sent; the headers must hold its Content-Length."""

    def read(self, size: int = -1, /) -> bytes: ...


Body = bytes | Callable[[], StreamBody]
Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as data. ``path`` is what the trace may show; ``url`` holds the query as well."""

    method: str
    url: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: Body | None = field(default=None, repr=False)
    write: bool = False
    repeatable: bool = True  # executing it twice does no harm

    @classmethod
    def of(
        cls,
        method: str,
        url: str,
        path: str,
        headers: Mapping[str, str],
        *,
        query: Query = (),
        body: Body | None = None,
        repeatable: bool = True,
    ) -> Self:
        """What does more than read is a write. Bytes are JSON, where the headers don't say otherwise."""
        sent = {"Accept-Encoding": "gzip", "User-Agent": USER_AGENT}
        if isinstance(body, bytes):
            sent |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        url += f"?{urlencode(query)}" if query else ""
        return cls(method, url, path, {**sent, **headers}, body, method not in ("GET", "HEAD"), repeatable)
