"""A drain works off what is due, most urgent first, so fresh events never wait behind a full comparison."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.utils import timezone

from syncapp.models import Record, Status

BUDGET = 30.0  # seconds; then the next task in the queue gets its turn
LOOK_AHEAD = 20


def drain(run: Callable[[int, str], object], budget: float = BUDGET) -> bool:
    """Call `run(pk, step)` for due records until none is left (False) or the time is over (True)."""
    ends = time.monotonic() + budget
    while time.monotonic() < ends:
        due = Record.objects.filter(status=Status.WAITING, due_at__lte=timezone.now())
        found = list(due.order_by("urgency", "due_at").values_list("pk", "step")[:LOOK_AHEAD])
        if not found:
            return False
        # Only the first few are surely still the most urgent; other drains take the same rows from the top.
        worked = [run(pk, step) for pk, step in found[: max(1, LOOK_AHEAD // 4)]]
        if all(result is None for result in worked):
            time.sleep(0.01)  # others were faster each time: let them
    return True
