"""What users of the CRM read about a task: the hub's own texts, in the installation's language."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from syncapp.flows.tasks.mapping import Texts
from syncapp.models import Task
from syncapp.words.task_views import Facts, TaskView


def texts_of(task: Task) -> Texts:
    with translation.override(settings.LANGUAGE_CODE):
        view = TaskView(task)
        return Texts(task.get_kind_display(), view.why, _whole(view))


def _whole(view: TaskView) -> str:
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(view.steps, start=1))
    return "\n\n".join(part for part in (view.why, steps, _table(view.facts), _ending(view.task)) if part)


def _table(facts: Facts) -> str:
    return "\n".join(_row(facts, *row) for row in facts.rows)


def _row(facts: Facts, field: str, now: str, wanted: str) -> str:
    shown = ((facts.now, now), (facts.wanted, wanted))
    values = "; ".join(f"{title}: {value or '–'}" for title, value in shown if title)
    return f"{field} – {values}" if values else field


def _ending(task: Task) -> str:
    return _(
        "This is task no. %(number)s of the hub. It is completed here by itself as soon as it is done or is closed in "
        "the hub. Completing it here changes nothing there: where a step says to close the task, close it in the hub."
    ) % {"number": task.pk}
