"""Staff's switches of steps: pause, and observe (plan and record, write nothing)."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from syncapp.engine.outside import outages
from syncapp.kit import in_turn
from syncapp.models import NO_REASON, TAKEN_BY, Reason, Record, Status, StepSwitch, SystemName


def switch(step: str) -> StepSwitch:
    """The switch of a step; one that was never touched is off."""
    return StepSwitch.objects.filter(step=step).first() or StepSwitch(step=step)


def observing(row: StepSwitch) -> bool:
    return bool(row.observe or settings.CONFIG.OBSERVE_ONLY)


def set_paused(step: str, paused: bool) -> bool:
    return _turn(step, "paused", paused, Reason.PAUSED)


def set_observing(step: str, observe: bool) -> bool:
    return _turn(step, "observe", observe, Reason.OBSERVED)


def _turn(step: str, switch: str, on: bool, reason: Reason) -> bool:
    """True when it changed something; switching off makes what waited because of it due at once."""
    with transaction.atomic():
        StepSwitch.objects.get_or_create(step=step)
        changed = bool(StepSwitch.objects.filter(step=step, **{switch: not on}).update(**{switch: on}))
        if changed and not on:
            outages.wake(reason, step=step)
    return changed


def wake_observed() -> int:
    """Make due what was only observed and may be written now: the setting was changed, or a switch."""
    woken = _wake_held_back()
    if settings.CONFIG.OBSERVE_ONLY:
        return woken
    still = StepSwitch.objects.filter(observe=True).values_list("step", flat=True)
    waiting = Record.objects.filter(status=Status.WAITING, reason=Reason.OBSERVED).exclude(step__in=list(still))
    return woken + in_turn.update(waiting, TAKEN_BY, due_at=timezone.now(), **NO_REASON)


def _wake_held_back() -> int:
    """What waits because writing to a system was off, or to several."""
    config = settings.CONFIG
    on = {SystemName.ADVOWARE: config.ADVOWARE_WRITE_ENABLED, SystemName.ESPOCRM: config.ADVOWARE_TO_ESPOCRM_ENABLED}
    waiting = Record.objects.filter(status=Status.WAITING, reason=Reason.WRITING_OFF)
    named = waiting.order_by().values_list("waits_for", flat=True).distinct()
    may = [names for names in named if any(on.get(SystemName(each)) for each in names.split(", ") if each)]
    return in_turn.update(waiting.filter(waits_for__in=may), TAKEN_BY, due_at=timezone.now(), **NO_REASON)
