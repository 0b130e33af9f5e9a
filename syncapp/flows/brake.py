"""The mass-change brake: a side that suddenly looks empty is more often an outage than an intention."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from syncapp.models import Record, Status


def too_many(taken_away: int) -> bool:
    """Whether a person must confirm that so many entities lose something: above the limit AND the percentage."""
    config = settings.CONFIG
    if taken_away <= config.MASS_CHANGE_LIMIT:
        return False
    known = Record.objects.exclude(status=Status.SKIPPED).count()
    return taken_away * 100 > known * config.MASS_CHANGE_PERCENT


def too_many_parties(changed: int, steps: Iterable[str]) -> bool:
    """Whether a person must confirm that so many of the known parties and accounts would be written."""
    config = settings.CONFIG
    if changed <= config.PARTIES_CHANGE_LIMIT:
        return False
    known = Record.objects.filter(step__in=list(steps)).exclude(status=Status.SKIPPED).count()
    return changed * 100 > known * config.PARTIES_CHANGE_PERCENT
