"""Writing over a whole object without writing over somebody's change: Advoware itself would not notice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from time import monotonic
from typing import Protocol, TypeVar

from syncapp.clients.advoware.config import SYSTEM
from syncapp.clients.advoware.keys import merged
from syncapp.clients.advoware.rest import AdvowareRest, Query
from syncapp.clients.errors import AnswerLost, ClientError, Outdated
from syncapp.clients.http.answers import Answer


class Versioned(Protocol):
    """An object as it was read; ``read_at`` in monotonic seconds of this process, 0 when it came from a list."""

    @property
    def raw(self) -> Mapping[str, object]: ...

    @property
    def version(self) -> str: ...

    @property
    def read_at(self) -> float: ...


Seen = TypeVar("Seen", bound=Versioned)

FRESH = 1.0  # seconds; what was read before that is read again before it is written over


@contextmanager
def in_doubt(code: str) -> Iterator[None]:
    """Whatever goes wrong after a write may not pass for a write that was never made."""
    try:
        yield
    except ClientError as error:
        raise AnswerLost(SYSTEM, code, error.status, error.request_id) from None


class ReplacingClient(AdvowareRest):
    def fresh(self, seen: Seen) -> list[Seen]:
        """The object itself, for once, when it was read just now."""
        return [seen] if monotonic() - seen.read_at <= FRESH else []

    def replace(
        self,
        path: str,
        seen: Seen,
        changes: Mapping[str, object],
        look: Callable[[], Seen],
        *,
        query: Query = (),
        shown: str = "",
    ) -> None:
        """PUT of the whole object. Before every repeat it is looked at again, so that none writes over a stranger."""
        fresh = self.fresh(seen)
        tried = False

        def attempt() -> None:
            nonlocal tried
            with in_doubt("not_looked_at_again") if tried else nullcontext():
                now = fresh.pop() if fresh else look()
            wanted = merged(now.raw, changes)
            if tried and wanted == now.raw:
                return  # the answer was lost, not the call
            if now.version != seen.version:
                raise AnswerLost(SYSTEM, "changed_meanwhile") if tried else Outdated(SYSTEM, "changed")
            tried = True
            data = json.dumps(wanted).encode()
            self.logged_in(
                lambda token: self.once(self.call("PUT", path, token, query, data, shown=shown), Answer.json_if_any)
            )

        self.repeated(attempt)
