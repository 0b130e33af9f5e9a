"""The mass-change brake: a side that suddenly looks empty is more often an outage than a wish."""

from __future__ import annotations

from django.conf import settings

from syncapp.models import Record, Status


def too_many(taken_away: int) -> bool:
    """Whether a person must confirm that so many entities lose something: above the limit AND the percentage."""
    config = settings.CONFIG
    if taken_away <= config.MASS_CHANGE_LIMIT:
        return False
    known = Record.objects.exclude(status=Status.SKIPPED).count()
    return taken_away * 100 > known * config.MASS_CHANGE_PERCENT
