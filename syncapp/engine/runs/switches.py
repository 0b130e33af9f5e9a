"""Staff's switches of steps: pause, and observe (plan and record, write nothing)."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from syncapp.engine.outside import outages
from syncapp.models import Reason, Record, Status, StepSwitch, SystemName


def switch(step: str) -> StepSwitch:
    """The switch of a step; one that was never touched is off."""
    return StepSwitch.objects.filter(step=step).first() or StepSwitch(step=step)


def observing(row: StepSwitch) -> bool:
    return bool(row.observe or settings.CONFIG.OBSERVE_ONLY)


def set_paused(step: str, paused: bool) -> bool:
    """True when it changed something; ending a pause makes what waited due at once."""
    with transaction.atomic():
        StepSwitch.objects.get_or_create(step=step)
        changed = bool(StepSwitch.objects.filter(step=step, paused=not paused).update(paused=paused))
        if changed and not paused:
            outages.wake(Reason.PAUSED, step=step)
    return changed


def set_observing(step: str, observe: bool) -> bool:
    with transaction.atomic():
        StepSwitch.objects.get_or_create(step=step)
        changed = bool(StepSwitch.objects.filter(step=step, observe=not observe).update(observe=observe))
        if changed and not observe:
            outages.wake(Reason.OBSERVED, step=step)
    return changed


def wake_observed() -> int:
    """Make due what was only observed and may be written now: the setting was changed, or a switch."""
    woken = _wake_held_back()
    if settings.CONFIG.OBSERVE_ONLY:
        return woken
    still = StepSwitch.objects.filter(observe=True).values_list("step", flat=True)
    waiting = Record.objects.filter(status=Status.WAITING, reason=Reason.OBSERVED).exclude(step__in=list(still))
    return woken + waiting.update(due_at=timezone.now(), reason="", detail="", system="")


def _wake_held_back() -> int:
    """What waits because writing to a system was off; the detail names the systems that the flow held back."""
    config = settings.CONFIG
    on = {SystemName.ADVOWARE: config.ADVOWARE_WRITE_ENABLED, SystemName.ESPOCRM: config.ADVOWARE_TO_ESPOCRM_ENABLED}
    waiting = Record.objects.filter(status=Status.WAITING, reason=Reason.WRITING_OFF)
    return sum(
        waiting.filter(detail__contains=system).update(due_at=timezone.now(), reason="", detail="", system="")
        for system, may in on.items()
        if may
    )
