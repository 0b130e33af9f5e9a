"""Staff's tasks, shown in EspoCRM: what belongs to this flow."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.events.spec import Flow, StepSpec, topic
from syncapp.events.topics import TASK_CHANGED
from syncapp.flows.tasks.fields import labels
from syncapp.people.tasks import ENTITY

TASK_MIRROR = "task_mirror"


def flow() -> Flow:
    return Flow(
        "tasks",
        _("Staff's tasks, shown in EspoCRM"),
        steps=(
            StepSpec(
                TASK_MIRROR,
                _("Shows a task of staff in EspoCRM, to the user whom its party is assigned to"),
                (topic(TASK_CHANGED),),
                runs="syncapp.flows.tasks.sync.TaskMirror",
                systems=("espocrm",),
                entity_types=(ENTITY,),
                only_if="TASKS_TO_ESPOCRM",
            ),
        ),
        own_types=(ENTITY,),
        fields=labels,
    )
