"""The mass-change brake: a side that suddenly looks empty is more often an outage than an intention."""

from __future__ import annotations

from django.conf import settings

from syncapp.events.spec import Brake
from syncapp.models import Record, Status


def too_many(brake: Brake, counted: int) -> bool:
    """Whether a person must confirm so many: above the limit AND the percentage of what is known."""
    config = settings.CONFIG
    if counted <= getattr(config, brake.limit):
        return False
    known = Record.objects.exclude(status=Status.SKIPPED)
    if brake.steps:
        known = known.filter(step__in=brake.steps)
    return counted * 100 > known.count() * int(getattr(config, brake.percent))
