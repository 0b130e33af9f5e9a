"""Quick repeats inside one call: how long to pause, and when to give up. Pure.

An own loop instead of stamina: there a computed pause *replaces* the back-off (here ``Retry-After`` may only lengthen
it), its limit counts the time of the calls too (here only the waiting, over all calls of a step), and a test cannot
hand in its own ``sleep``. The loop itself is ten lines, in ``base``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

JITTER = (
    0.25  # share of a pause that chance may take off, so that workers which failed together don't come back together
)
RETRY_AFTER_JITTER = 0.1  # a pause the system asked for is only ever lengthened
LARGEST_EXPONENT = 64  # beyond it every cap is long reached and floats overflow


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``attempts`` counts the first call too; times are seconds; ``budget`` is the most that is waited in a step."""

    attempts: int = 3
    first: float = 1.0
    factor: float = 2.0
    cap: float = 30.0
    budget: float = 20.0


STANDARD = RetryPolicy()


def next_pause(
    policy: RetryPolicy, attempt: int, retry_after: float | None = None, waited: float = 0.0, chance: float = 0.0
) -> float | None:
    """Seconds to wait after the ``attempt``-th attempt failed; None = give up.

    ``waited`` is what the step has waited so far, ``chance`` a random number in [0, 1).
    """
    if attempt >= policy.attempts:
        return None
    exponent = min(attempt - 1, LARGEST_EXPONENT)
    pause = min(policy.cap, policy.first * policy.factor**exponent) * (1 - JITTER * chance)
    if retry_after is not None:
        pause = max(pause, retry_after * (1 + RETRY_AFTER_JITTER * chance))
    return pause if waited + pause <= policy.budget else None


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds from ``now``, out of a number or an HTTP date (RFC 9110, 10.2.3). None = absent or unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
