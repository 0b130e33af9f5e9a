"""What holds steps back, so that asking for a run would bring none, or none that writes."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from syncapp.engine.runs import switches
from syncapp.events import registry
from syncapp.models import StepSwitch, System
from syncapp.words.fault_words import system_in_words

STEP_PAUSED, OBSERVE, SYSTEM_PAUSED = "step_paused", "observe", "system_paused"
CODES = (STEP_PAUSED, OBSERVE, SYSTEM_PAUSED)


@dataclass(frozen=True, slots=True)
class Held:
    code: str
    words: str

    @property
    def told(self) -> dict[str, str]:
        return {"code": self.code, "words": self.words}


class Holds:
    """Staff's switches of steps and systems, read once for an answer."""

    def __init__(self) -> None:
        self._switches = {row.step: row for row in StepSwitch.objects.all()}
        self._paused = set(System.objects.filter(paused=True).values_list("name", flat=True))
        self._needs = {spec.name: spec.systems for spec in registry.runnable()}

    def of(self, step: str) -> Held | None:
        switch = self._switches.get(step) or StepSwitch(step=step)
        if switch.paused:
            return Held(STEP_PAUSED, _("Staff have paused this step. What happens meanwhile waits."))
        paused = sorted(self._paused & set(self._needs.get(step, ())))
        if paused:
            words = _("Staff have paused %(systems)s. What happens meanwhile waits.")
            return Held(SYSTEM_PAUSED, words % {"systems": ", ".join(map(system_in_words, paused))})
        if switches.observing(switch):
            return Held(OBSERVE, _("This step only observes: it plans and records, and writes nothing outside."))
        return None
