"""One task as people read it, in the hub and in the CRM: texts with the numbers filled in, values as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from syncapp.models.tasks import Task, TaskState
from syncapp.words.field_words import field_in_words, of_field
from syncapp.words.task_texts import WORDS
from syncapp.words.task_wording import UNKNOWN, Text, Words


@dataclass(frozen=True, slots=True)
class Facts:
    """Values as rows of (field, now, wanted). A column in which nothing stands is not shown."""

    rows: tuple[tuple[str, str, str], ...]
    now: str
    wanted: str


@dataclass(frozen=True, slots=True)
class TaskView:
    task: Task

    @property
    def words(self) -> Words:
        return WORDS.get(self.task.kind, UNKNOWN)

    @property
    def why(self) -> str:
        return self._filled(self.words.why)

    @property
    def steps(self) -> list[str]:
        return [self._filled(step) for step in self.words.steps]

    @property
    def after(self) -> str:
        return self._filled(self.words.after)

    @property
    def effect(self) -> str:
        """What closing by hand makes the hub do; empty when it only closes."""
        return self._filled(self.words.effect)

    @property
    def button(self) -> str:
        return self._filled(self.words.button) or _("Done")

    @property
    def target_label(self) -> str:
        """What the number of the target is."""
        labels = {"Kalender": _("Calendar in Google"), "Termin": _("Appointment")}
        return labels.get(self.task.target_type) or _("Number in Advoware")

    @property
    def open(self) -> bool:
        return self.task.state == TaskState.OPEN

    @property
    def facts(self) -> Facts:
        stored = [fact for fact in self.task.facts if isinstance(fact, dict)]
        rows = tuple(_row(fact) for fact in stored)
        return Facts(
            rows,
            str(self.words.now) if any(now for _field, now, _wanted in rows) else "",
            str(self.words.wanted) if any(wanted for _field, _now, wanted in rows) else "",
        )

    def _filled(self, text: Text) -> str:
        names = {"number": self.task.target_id or "–", "system": self.task.get_system_display()}
        return str(text) % names if text else ""


def _row(fact: dict[str, Any]) -> tuple[str, str, str]:
    field = str(fact.get("field") or "")
    return field_in_words(field), of_field(field, fact.get("now")), of_field(field, fact.get("wanted"))
