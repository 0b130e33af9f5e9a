"""How long a record waits after a failed run, counted in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses after the first, second, ... failed attempt; after the last one a person is needed.

    A day after it gave up, a record gets one more try by itself (`second_chance`).
    """

    pauses: tuple[timedelta, ...] = (MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 240 * MINUTE)
    second_chance: timedelta = timedelta(days=1)

    def pause(self, attempts: int, at_least: timedelta = timedelta()) -> timedelta | None:
        """The pause after `attempts` (1, 2, ...) failed attempts, or None when it is time to give up.

        `at_least` is what the other side asked for (`Retry-After`): it lengthens a pause, never shortens it.
        """
        if attempts > len(self.pauses):
            return None
        return max(self.pauses[max(attempts, 1) - 1], at_least)

    def last_try(self, attempts: int) -> timedelta | None:
        """When a record that has just given up tries once more by itself; None when it has had that chance."""
        return self.second_chance if attempts == len(self.pauses) + 1 else None


STANDARD = Backoff()
