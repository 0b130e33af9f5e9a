"""Writing over a whole object without writing over somebody's change: Advoware itself would not notice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from time import monotonic
from typing import TypeVar

from syncapp.clients.advoware.config import SYSTEM
from syncapp.clients.advoware.keys import Keys, merged
from syncapp.clients.advoware.rest import AdvowareRest, Place
from syncapp.clients.advoware.types import AdvowareParty, Appointment, Communication
from syncapp.clients.errors import AnswerLost, ClientError, Outdated
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.login import Token

Seen = TypeVar("Seen", bound=AdvowareParty | Communication | Appointment)
Now = TypeVar("Now")
Write = Callable[[Token], object]

FRESH = 1.0  # seconds; what was read before that is read again before it is written over


@contextmanager
def in_doubt(code: str) -> Iterator[None]:
    """Whatever goes wrong after a write may not pass for a write that was never made."""
    try:
        yield
    except ClientError as error:
        raise AnswerLost(SYSTEM, code, error.status, error.request_id) from None


def moved_on(now: Seen, seen: Seen, names: Iterable[str]) -> bool:
    """Whether somebody changed it since it was seen. A version may stay while values change (observed), so what of them
    is to be written over is compared as well."""
    new, old = Keys(SYSTEM, now.raw), Keys(SYSTEM, seen.raw)
    held = (name for name in names if new.holds(name) and old.holds(name))  # a list may say less
    return now.version != seen.version or any(new.get(name) != old.get(name) for name in held)


class ReplacingClient(AdvowareRest):
    def replace(self, place: Place, seen: Seen, changes: Mapping[str, object], look: Callable[[], Seen]) -> None:
        """PUT of the whole object. ``Outdated`` when somebody changed it since it was seen."""

        def put(now: Seen, again: bool) -> Write | None:
            wanted = merged(now.raw, changes)
            if again and wanted == now.raw:
                return None  # the answer was lost, not the call
            if moved_on(now, seen, changes):
                raise AnswerLost(SYSTEM, "changed_meanwhile") if again else Outdated(SYSTEM, "changed")
            data = json.dumps(wanted).encode()
            return lambda token: self.once(self.call("PUT", place, token, data), Answer.json_if_any)

        self.looking(seen, seen.read_at, look, put)

    def looking(
        self, seen: Now, read_at: float, look: Callable[[], Now], write: Callable[[Now, bool], Write | None]
    ) -> None:
        """Writes what ``write`` makes of the object (None: nothing is left to do). It is looked at before every repeat,
        and before the first time unless that was just now, so that none writes over a stranger."""
        fresh = [seen] if monotonic() - read_at <= FRESH else []
        tried = False

        def attempt() -> None:
            nonlocal tried
            with in_doubt("not_looked_at_again") if tried else nullcontext():
                now = fresh.pop() if fresh else look()
            ask = write(now, tried)
            if ask is not None:
                tried = True
                self.logged_in(ask)

        self.repeated(attempt)
