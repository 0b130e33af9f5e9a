"""Google's limit of requests a minute, which all workers share: who counts is handed in by the engine."""

from __future__ import annotations

import hashlib
from typing import Protocol


class Quota(Protocol):
    def take(self, user: str, calls: int = 1) -> float:
        """Seconds to wait before so many calls may be sent. ``RateLimited`` when that is longer than is sensible."""


class Unlimited:
    """Counts nothing; Google itself refuses what is too much."""

    def take(self, user: str, calls: int = 1) -> float:  # noqa: ARG002  # the protocol names them
        return 0.0


def quota_user(calendar_id: str) -> str:
    """For ``quotaUser``: the limit of one user, instead of one for all that a service account does, is counted by it.

    At most 40 characters (developers.google.com/calendar/api/guides/quota); names nobody.
    """
    return hashlib.sha256(calendar_id.encode()).hexdigest()[:40] if calendar_id else ""
