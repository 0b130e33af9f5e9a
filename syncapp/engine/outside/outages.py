"""Outages: an outage is not a failure of records.

When a system is away its records wait without using up attempts, it shows as down, and one probe at a time tries it
until it answers; then everything that waited for it is due at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from syncapp.clients.errors import ClientError, Unauthorized
from syncapp.engine.outside import connections
from syncapp.kit import in_turn
from syncapp.models import NO_REASON, TAKEN_BY, Outage, Reason, Record, Status, System, SystemName, SystemState

FIRST_PROBE = timedelta(seconds=10)
PROBE_CAP = timedelta(minutes=1)
# How long a record waits when nobody wakes it; the end of the outage does, so this only covers a lost wake-up.
WAIT_IN_OUTAGE = timedelta(minutes=5)

log = structlog.get_logger(__name__)


def obstacle(needed: Iterable[str]) -> System | None:
    """The first of the needed systems that is away or paused by staff, or None when work can go on."""
    for system in System.objects.filter(name__in=list(needed)):
        if system.paused or system.state != SystemState.UP:
            return system
    return None


def why_waiting(system: System) -> Reason:
    if system.paused:
        return Reason.PAUSED
    return Reason.SYSTEM_SETTINGS if system.state == SystemState.REFUSED else Reason.SYSTEM_DOWN


def suspect(system: str, exc: ClientError) -> System | None:
    """Is it the system that is away, or only this record's call that went wrong? A harmless call decides.

    Returns the system, now marked as away, or None when it answers.
    """
    try:
        connections.ping(system)
    except ClientError as probe_exc:
        _mark_away(system, probe_exc)
        log.warning("system.away", system=system, error=type(exc).__name__, probe=type(probe_exc).__name__)
        return System.objects.get(name=system)
    return None


def _mark_away(name: str, exc: ClientError) -> None:
    now = timezone.now()
    state = SystemState.REFUSED if isinstance(exc, Unauthorized) else SystemState.DOWN
    System.objects.get_or_create(name=name)
    with transaction.atomic():
        was_up = System.objects.filter(name=name, state=SystemState.UP).update(
            state=state, **_told(exc), since=now, failed_probes=0, next_probe_at=now + FIRST_PROBE
        )
        if was_up:
            Outage.objects.get_or_create(system=name, ended_at=None, defaults={"state": state, "began_at": now})
        # Whoever comes back and refuses our login needs a person, whatever it was that kept it away before.
        other = System.objects.filter(name=name).exclude(state__in=[SystemState.UP, state])
        other.update(state=state, **_told(exc), failed_probes=0)


def _told(exc: ClientError) -> dict[str, str]:
    return {"error": str(exc)[:200], "code": exc.code[:64]}


def probe_due() -> list[str]:
    """Try each system that is away and due for it; returns those that answer again. One prober at a time."""
    now = timezone.now()
    back = []
    known = [name for name in SystemName.values if connections.configured(name)]
    for system in System.objects.exclude(state=SystemState.UP).filter(next_probe_at__lte=now, name__in=known):
        pause = min(FIRST_PROBE * 2 ** min(system.failed_probes, 5), PROBE_CAP)
        mine = System.objects.filter(pk=system.pk, next_probe_at=system.next_probe_at).update(
            next_probe_at=now + pause, failed_probes=F("failed_probes") + 1
        )
        if mine and try_now(system.pk):
            back.append(system.pk)
    return back


def try_now(name: str) -> bool:
    """One harmless call. On success the system is up and all that waited for it is due; else it stays away."""
    try:
        connections.ping(name)
    except ClientError as exc:
        _mark_away(name, exc)
        System.objects.filter(name=name).update(**_told(exc))
        return False
    mark_up(name)
    return True


def mark_up(name: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        System.objects.get_or_create(name=name)
        System.objects.filter(name=name).update(
            state=SystemState.UP, error="", code="", since=now, last_ok_at=now, failed_probes=0, next_probe_at=None
        )
        Outage.objects.filter(system=name, ended_at=None).update(ended_at=now)
        if not System.objects.filter(name=name, paused=True).exists():
            wake(Reason.SYSTEM_DOWN, Reason.SYSTEM_SETTINGS, system=name)
    log.info("system.up", system=name)


def set_paused(name: str, paused: bool) -> bool:
    """Staff's switch. True when it changed something; ending a pause makes what waited due at once."""
    with transaction.atomic():
        System.objects.get_or_create(name=name)
        changed = bool(System.objects.filter(name=name, paused=not paused).update(paused=paused))
        if changed and not paused:
            wake(Reason.PAUSED, system=name)
    return changed


def wake(*reasons: Reason, **which: str) -> int:
    """Make due what waits for these reasons, or for any (`system=`, `step=` or `waits_for=` narrows it down)."""
    waiting = Record.objects.filter(status=Status.WAITING, **which)
    if reasons:
        waiting = waiting.filter(reason__in=reasons)
    return in_turn.update(waiting, TAKEN_BY, due_at=timezone.now(), **NO_REASON)
