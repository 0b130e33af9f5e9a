"""The step of staff's tasks: what the CRM shows of them, plan, write.

A task of the CRM whose creation may have been lost is looked for by its mark. A notification can't be looked for (users
read them, the API user does not), so each lost answer to one may cost one more notification, never more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.clients.errors import NotFound, Outdated
from syncapp.clients.espocrm import EspoTask
from syncapp.clients.espocrm.fields import ID, NAME
from syncapp.clients.espocrm.types import COMPLETED, NOTE, TASK
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Plan
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.tasks import register
from syncapp.flows.tasks.mapping import Agreed, HubTask, Place, Show, Shown, mark
from syncapp.flows.tasks.places import place_of
from syncapp.flows.tasks.plan import ChangeTask, CompleteTask, CreateTask, MirrorState, Notify, plan
from syncapp.flows.tasks.wording import texts_of
from syncapp.models import JournalAction, JournalEntry, JournalState, SystemName, Task, TaskState


class TaskWrite(JournalAction):
    CREATE = "create_crm_task", _("task created in the CRM")
    CHANGE = "update_crm_task", _("task changed in the CRM")
    COMPLETE = "complete_crm_task", _("task completed in the CRM")
    NOTIFY = "create_crm_notification", _("user of the CRM notified")


MADE_AS = {Show.TASK: TASK, Show.NOTIFICATION: NOTE}
CREATIONS = {Show.TASK: TaskWrite.CREATE, Show.NOTIFICATION: TaskWrite.NOTIFY}
SELECT = (ID, NAME, "description", "status")
LINKS = frozenset({"type", "parentType", "parentId", "targetType", "usersIds"})  # not in the journal
WHO = frozenset({"assignedUser", "users"})  # links to whom it is shown


class TaskMirror:
    """One run of one task."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._crm = connections.espocrm(run)
        self._number = int(run.entity_id)

    def read(self) -> MirrorState:
        show = Show(settings.CONFIG.TASKS_TO_ESPOCRM)
        if show is Show.NOWHERE:
            return MirrorState(show)
        task = Task.objects.filter(pk=self._number).select_related("record").first()
        if task is None:
            return MirrorState(show)
        ours = HubTask(task.pk, task.digest, task.state == TaskState.OPEN, texts_of(task))
        state = MirrorState(show, ours, Agreed.from_json(self._run.agreed))
        given = register.shown(task.pk) or self._created_before()
        there = self._there(given) if given is not None else self._marked()
        if there is not None:
            given = Shown(there.id, Show.TASK)
        if given is None and ours.open:
            takes = self._crm.takes(TASK) if show is Show.TASK else {}
            place = place_of(task, self._crm, takes["parent"].options if "parent" in takes else None)
            alone = not ("assignedUser" in takes and takes["assignedUser"].required)
            there = self._of_a_later_hub(ours, place) if show is Show.TASK else None
            if there is None:
                return MirrorState(show, ours, state.agreed, place=place, alone=alone)
            given = Shown(there.id, Show.TASK)
        return MirrorState(show, ours, state.agreed, given, there)

    def _created_before(self) -> Shown | None:
        """From a run that ended right after it had created something."""
        done = JournalEntry.objects.filter(record=self._run.record, state=JournalState.DONE).exclude(target_id="")
        for kind, action in CREATIONS.items():
            if entry := done.filter(action=action).order_by("pk").first():
                return Shown(entry.target_id, kind)
        return None

    def _there(self, given: Shown) -> EspoTask | None:
        if given.kind is not Show.TASK:
            return None
        try:
            found = EspoTask.from_api(self._crm.get(TASK, given.id))
        except NotFound:
            return None
        return None if found.deleted else found

    def _marked(self) -> EspoTask | None:
        """Only after a lost creation: a hub whose database was lost has used our number for another task before."""
        if not self._run.unsettled_writes(CREATIONS[Show.TASK]):
            return None
        sign = mark(self._number)
        rows = self._crm.rows(TASK, SELECT, [("contains", NAME, sign)])
        marked = [task for task in map(EspoTask.from_api, rows) if task.name.endswith(sign)]
        return marked[-1] if marked else None  # by id, which grows with time

    def _of_a_later_hub(self, ours: HubTask, place: Place) -> EspoTask | None:
        """After a restored backup the CRM shows tasks whose numbers we do not know: an open one about the same at the
        same place becomes ours, else it would stand there twice and nobody would complete the first."""
        if not place.entity_id:
            return None
        where = [("equals", "parentType", place.entity_type), ("equals", "parentId", place.entity_id)]
        rows = self._crm.rows(TASK, SELECT, [*where, ("startsWith", NAME, ours.title)])
        left = [task for task in map(EspoTask.from_api, rows) if not task.ended and ours.is_called(task.name)]
        known = register.known(task.id for task in left)
        return next((task for task in left if task.id not in known), None)

    def plan(self, state: MirrorState) -> Plan:
        return plan(state)

    def apply(self, state: MirrorState, plan: Plan) -> Ending:
        if state.shown is not None:
            self._found(state.shown)
        try:
            self._carry_out(state, plan)
        except Outdated as exc:
            if exc.field not in WHO or not state.place.user_id:
                raise
            # The CRM names a user at the party who was deleted there: that is nobody.
            left = replace(state, place=replace(state.place, user_id=""))
            return self.apply(left, self.plan(left))
        self._run.clear_open_writes()  # whatever was lost before has been looked for, or was written anew
        return plan.ending

    def _carry_out(self, state: MirrorState, plan: Plan) -> None:
        for action in plan.actions:
            match action:
                case CreateTask():
                    self._create(Show.TASK, action.fields)
                case Notify():
                    self._create(Show.NOTIFICATION, action.fields)
                case ChangeTask() if state.there is not None:
                    self._update(TaskWrite.CHANGE, state.there, action.fields)
                case CompleteTask() if state.there is not None:
                    self._update(TaskWrite.COMPLETE, state.there, {"status": COMPLETED})

    # Writing

    def _found(self, given: Shown) -> None:
        for entry in self._run.unsettled_writes(CREATIONS[given.kind]):
            self._run.resolve(entry, JournalState.DONE, given.id)
        register.remember(self._number, given)

    def _create(self, kind: Show, fields: Mapping[str, object]) -> None:
        intent = WriteIntent(SystemName.ESPOCRM, CREATIONS[kind], MADE_AS[kind], mark=mark(self._number))
        changes = {name: [None, value] for name, value in fields.items() if name not in LINKS}
        with self._run.writing(intent, changes) as entry:
            entry.target_id = str(self._crm.create(MADE_AS[kind], fields)[ID])
        register.remember(self._number, Shown(entry.target_id, kind))

    def _update(self, action: TaskWrite, task: EspoTask, fields: Mapping[str, object]) -> None:
        before = {NAME: task.name, "description": task.description, "status": task.status}
        changes = {name: [before[name], value] for name, value in fields.items()}
        with self._run.writing(WriteIntent(SystemName.ESPOCRM, action, TASK, task.id), changes):
            self._crm.update(TASK, task.id, fields)
