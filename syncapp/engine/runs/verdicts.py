"""What an error means: one function, and what it doesn't list needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from syncapp.clients import errors
from syncapp.kit import mishaps
from syncapp.models import Reason

LONGEST_ASKED = timedelta(days=1)  # what a system asks for beyond that says a wrong clock of its own


class Next(Enum):
    """What happens to the record after a failed run."""

    SUSPECT = "the system may be away: ask it, then wait without using up an attempt, or as AGAIN"
    AGAIN = "later by itself; this attempt counts"
    MACHINE = "this machine lacks something: wait without using up an attempt"
    PERSON = "a person is needed"


@dataclass(frozen=True, slots=True)
class Verdict:
    next: Next
    reason: Reason
    detail: str = ""
    system: str = ""
    at_least: timedelta = timedelta()


# The first line that fits wins. Order matters where classes inherit from each other.
_TABLE: tuple[tuple[type[errors.ClientError], Next, Reason], ...] = (
    (errors.RateLimited, Next.AGAIN, Reason.RATE_LIMITED),
    (errors.Unauthorized, Next.SUSPECT, Reason.SYSTEM_SETTINGS),
    (errors.LockedOut, Next.SUSPECT, Reason.SYSTEM_DOWN),
    (errors.Maintenance, Next.SUSPECT, Reason.TRANSIENT),
    (errors.Unreachable, Next.SUSPECT, Reason.TRANSIENT),
    (errors.AnswerLost, Next.SUSPECT, Reason.TRANSIENT),
    (errors.ServerTrouble, Next.SUSPECT, Reason.TRANSIENT),
    (errors.Outdated, Next.AGAIN, Reason.OUTDATED),
    (errors.NotFound, Next.AGAIN, Reason.OUTDATED),
    (errors.UnexpectedAnswer, Next.AGAIN, Reason.UNEXPECTED_ANSWER),
    (errors.Forbidden, Next.PERSON, Reason.FORBIDDEN),
    (errors.EntityTypeUnknown, Next.PERSON, Reason.TYPE_UNSEEN),
)


def judge(exc: Exception) -> Verdict:
    """The meaning of an error that ended a run. The detail is safe to show: it holds no data of clients."""
    if isinstance(exc, errors.ClientError):
        after = min(timedelta(seconds=exc.retry_after or 0), LONGEST_ASKED)
        for kind, then, reason in _TABLE:
            if isinstance(exc, kind):
                return Verdict(then, reason, str(exc)[:300], exc.system, after)
        return Verdict(Next.PERSON, Reason.REJECTED, str(exc)[:300], exc.system)
    if lacks := mishaps.lacking(exc):
        return Verdict(Next.MACHINE, Reason.MACHINE, lacks)
    # A stranger's message may quote data, so only its kind and place are told.
    return Verdict(Next.PERSON, Reason.INTERNAL_ERROR, mishaps.place(exc))
