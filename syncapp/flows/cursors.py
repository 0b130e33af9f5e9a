"""Up to where a comparison has looked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from syncapp.kit.clocks import latest
from syncapp.models import Cursor

# Clocks differ, and a transaction in the CRM may become visible after its time stamp.
OVERLAP = timedelta(minutes=10)


def since(name: str) -> datetime | None:
    """From which moment on the next one has to look. None: from the beginning, as where a clock was ahead."""
    position = Cursor.objects.filter(name=name).values_list("position", flat=True).first()
    return position - OVERLAP if position and position < latest(timezone.now()) else None


def move(name: str, position: datetime) -> None:
    Cursor.objects.update_or_create(name=name, defaults={"position": position})
