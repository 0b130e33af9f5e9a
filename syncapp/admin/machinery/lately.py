"""What flowed within the last hour: from webhooks to steps, from steps to systems.

Capped, so that a storm costs no more than a busy hour; the picture says so (`+`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from syncapp.models import NEEDS_A_PERSON, Attempt, InboxItem, InboxMessage, Outcome

HOUR, MOVING = timedelta(hours=1), timedelta(minutes=1)
MOST = 3000  # rows of each kind
CACHE_KEY, REMEMBERED_SECONDS = "admin:lately", 5  # everybody who looks at the page asks every five seconds


@dataclass(slots=True)
class Lately:
    """`webhooks` by their word, `handed` by word and step, `calls` by step and system; `moving`: in the last minute."""

    webhooks: Counter[str] = field(default_factory=Counter)
    handed: Counter[tuple[str, str]] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed_calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    moving: set[str] = field(default_factory=set)
    capped: bool = False


def lately() -> Lately:
    known = cache.get(CACHE_KEY)
    if not isinstance(known, Lately):
        known = _counted()
        cache.set(CACHE_KEY, known, REMEMBERED_SECONDS)
    return known


def _counted() -> Lately:
    now, found = timezone.now(), Lately()
    since = now - HOUR
    messages = InboxMessage.objects.filter(received_at__gte=since).order_by("-received_at")
    received = list(messages.values_list("pk", "path", "received_at")[:MOST])
    for _pk, path, at in received:
        found.webhooks[path] += 1
        if at > now - MOVING:
            found.moving.add(path)
    paths = {pk: path for pk, path, _at in received}
    items = InboxItem.objects.filter(message__in=list(paths)[:500], record__isnull=False)
    for pk, step in items.values_list("message", "record__step")[:MOST]:
        found.handed[paths[pk], step] += 1
    attempts = Attempt.objects.filter(started_at__gte=since).order_by("-started_at")
    runs = list(attempts.values_list("record__step", "outcome", "started_at", "calls")[:MOST])
    for step, outcome, at, calls in runs:
        _run(found, step, outcome, calls)
        if at > now - MOVING:
            found.moving.add(step)
    found.capped = MOST in (len(received), len(runs))
    return found


def _run(found: Lately, step: str, outcome: str, calls: list[dict[str, Any]]) -> None:
    if outcome in (Outcome.IN_SYNC, Outcome.SKIPPED):
        found.done[step] += 1
    elif outcome in {str(status) for status in NEEDS_A_PERSON}:
        found.failed[step] += 1
    for call in (each for each in calls if not each.get("counted")):
        place = (step, str(call.get("system")))
        found.calls[place] += 1
        status = call.get("status")
        found.failed_calls[place] += status is None or status >= 500
