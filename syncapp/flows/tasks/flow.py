"""Staff's tasks, shown in EspoCRM: what belongs to this flow."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.events.spec import Flow, StepSpec, topic
from syncapp.events.topics import TASK_CHANGED
from syncapp.kit.marking import gettext_noop
from syncapp.people.tasks import ENTITY

TASK_MIRROR = "task_mirror"
LABELS = {
    "description": gettext_noop("Description"),
    "message": gettext_noop("Message"),
    "status": gettext_noop("Status"),
    "assignedUserId": gettext_noop("Assigned user"),
    "userId": gettext_noop("Assigned user"),
}
REASONS = {
    "tasks_not_shown": _(
        "The firm does not have tasks shown in EspoCRM: the hub's settings say so. The task itself is on the page of "
        "tasks."
    ),
    "nobody_assigned": _(
        "The CRM shows it to nobody: nobody is assigned to the party there. Assign somebody; then it is shown by "
        "itself. The task is on the page of tasks too."
    ),
}


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
                title=_("Tasks in EspoCRM"),
            ),
        ),
        own_types=(ENTITY,),
        fields=lambda: LABELS,
        reasons=REASONS,
    )
