"""What is to be told to EspoCRM about a task of the hub. Pure.

The CRM follows the hub and never the other way round: what a person completes or deletes there is left so, and whether
the work is done shows a later read of the systems it is about. New facts open a completed task of the CRM again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from syncapp.clients.espocrm import EspoTask
from syncapp.clients.espocrm.types import COMPLETED, NOT_STARTED
from syncapp.engine.runs.planning import Action, Plan, Settled, Skipped
from syncapp.flows.tasks.mapping import Agreed, HubTask, Place, Show, Shown, notification_fields, task_fields
from syncapp.kit.marking import gettext_noop

NEVER_TOLD, NOWHERE = Agreed(), Place()


class Why(StrEnum):
    """The reasons of this flow, as in `models.Reason`."""

    ENTITY_GONE = "entity_gone"
    TASKS_NOT_SHOWN = "tasks_not_shown"
    NOBODY_ASSIGNED = "nobody_assigned"


@dataclass(frozen=True, slots=True)
class CreateTask(Action):
    kind = "task.create"
    words = gettext_noop("show the task in the CRM, as a task of the assigned user")
    fields: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChangeTask(Action):
    kind = "task.change"
    words = gettext_noop("bring the task %(id)s in the CRM up to date there")
    shown = ("id",)
    id: str
    fields: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CompleteTask(Action):
    kind = "task.complete"
    words = gettext_noop("mark the task %(id)s in the CRM as completed")
    shown = ("id",)
    id: str


@dataclass(frozen=True, slots=True)
class Notify(Action):
    kind = "task.notify"
    words = gettext_noop("tell the assigned user by a notification in the CRM")
    fields: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class MirrorState:
    """`task` None: it does not exist any more. `shown`: what the CRM was given. `there`: its task as it is now, None
    when it has none (any more). `place` is only needed for what the CRM was not given yet; `alone`: it takes a task
    that nobody is assigned to."""

    show: Show
    task: HubTask | None = None
    agreed: Agreed = NEVER_TOLD
    shown: Shown | None = None
    there: EspoTask | None = None
    place: Place = NOWHERE
    alone: bool = True


def plan(state: MirrorState) -> Plan:
    task = state.task
    if state.show is Show.NOWHERE:
        return Plan(Skipped(Why.TASKS_NOT_SHOWN))
    if task is None:
        return Plan(Skipped(Why.ENTITY_GONE))
    told = Settled(Agreed(task.digest, task.open).to_json())
    if not task.open:
        ends = state.there is not None and not state.there.ended
        return Plan(told, (CompleteTask(state.there.id),) if ends and state.there else ())
    if state.shown is not None:
        changes = _changes(state, task)
        return Plan(told, (ChangeTask(state.shown.id, changes),) if changes else ())
    if not state.place.user_id and not (state.alone and state.show is Show.TASK):
        return Plan(Skipped(Why.NOBODY_ASSIGNED))
    if state.show is Show.TASK:
        return Plan(told, (CreateTask(task_fields(task, state.place, NOT_STARTED)),))
    return Plan(told, (Notify(notification_fields(task, state.place)),))


def _changes(state: MirrorState, task: HubTask) -> dict[str, object]:
    """Only what is new to the CRM: what people write into its task stays until there is something new."""
    there = state.there
    if there is None or state.agreed.digest == task.digest:
        return {}
    wanted = {"name": (there.name, task.name), "description": (there.description, task.texts.whole)}
    changes: dict[str, object] = {name: new for name, (old, new) in wanted.items() if old != new}
    if changes and there.status == COMPLETED:
        changes["status"] = NOT_STARTED
    return changes
