"""The step: read, plan, apply."""

from __future__ import annotations

from syncapp.clients.errors import NotFound
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Plan, Settled
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.models import SystemName
from tests.followups.flow import CASE
from tests.followups.plan import CaseState, CreateFollowUp, RenameFollowUp, plan


class FollowUp:
    """One run of one court case."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._crm = connections.espocrm(run)

    def read(self) -> CaseState:
        try:
            case = self._crm.get(CASE, self._run.entity_id)
        except NotFound:
            return CaseState("")
        number, known = str(case.get("aktenzeichen") or ""), str(self._run.agreed.get("task", ""))
        return CaseState(number, known, str(self._crm.get("Task", known)["name"]) if known else "")

    def plan(self, state: CaseState) -> Plan:
        return plan(state)

    def apply(self, state: CaseState, plan: Plan) -> Ending:
        made = state.id
        for action in plan.actions:
            match action:
                case CreateFollowUp(name):
                    with self._run.writing(WriteIntent(SystemName.ESPOCRM, "create_followup", "Task")) as entry:
                        entry.target_id = made = str(self._crm.create("Task", {"name": name})["id"])
                case RenameFollowUp(pk, name):
                    intent = WriteIntent(SystemName.ESPOCRM, "rename_followup", "Task", pk)
                    with self._run.writing(intent, {"name": [state.name, name]}):
                        self._crm.update("Task", pk, {"name": name})
        return Settled({"task": made}) if isinstance(plan.ending, Settled) else plan.ending
