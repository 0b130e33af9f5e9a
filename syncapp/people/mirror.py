"""Tasks are shown in EspoCRM too (setting TASKS_TO_ESPOCRM), by a step of its own: changes here ask for it."""

from __future__ import annotations

from django.conf import settings

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.models import Task, Urgency

STEP = "task_mirror"  # its name in the register
ENTITY = "Task"  # its entities are our tasks, by their numbers


def changed(task: Task, trace_id: str) -> None:
    """To be called in the transaction of the change, so that neither is without the other."""
    if settings.CONFIG.TASKS_TO_ESPOCRM:
        target = Target(STEP, ENTITY, str(task.pk))
        sync_requests.request([target], urgency=Urgency.FOLLOW_UP, trace_id=trace_id)
