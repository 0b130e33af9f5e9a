"""The step of a case and its Akte: read, plan, apply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Self

from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.errors import Forbidden, NotFound
from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.fields import DELETED, MODIFIED_AT, VERSION
from syncapp.clients.http.observe import Observer
from syncapp.clients.http.parse import Values
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Plan, Skipped
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.akten import reading, register
from syncapp.flows.akten.advoware import Akten
from syncapp.flows.akten.mapping import Agreed, Why, canonical
from syncapp.flows.akten.plan import CaseState, WriteNumber, plan
from syncapp.flows.glances import NOBODY, in_lists
from syncapp.flows.writes import CrmWrite
from syncapp.models import SystemName
from syncapp.people import tasks


class MatterSync:
    """One run of one case."""

    def __init__(self, run: Run, crm: EspoClient | None = None, advoware: AdvowareClient | None = None) -> None:
        self._run = run
        self._crm, self._given = crm or connections.espocrm(run), advoware
        self._version: int | None = None
        self._modified_at: str | None = None

    @classmethod
    def listed(cls, runs: Sequence[Run], watch: Observer) -> Iterator[tuple[Run, Self]]:
        return in_lists(lambda run, crm: cls(run, crm, NOBODY), runs, watch)

    def read(self) -> CaseState:
        run = self._run
        if lacking := reading.lacking(self._crm, run.entity_type):
            return CaseState(lacking=lacking)
        try:
            raw = self._crm.get(run.entity_type, run.entity_id)
        except NotFound:
            return CaseState(gone=True)
        except Forbidden:
            return CaseState(lacking=reading.names_of(run.entity_type).needed)
        if raw.get(DELETED):
            return CaseState(gone=True)
        values = Values(SystemName.ESPOCRM, raw)
        self._version, self._modified_at = values.number(VERSION), values.text(MODIFIED_AT)
        case = reading.case_of(run.entity_type, raw)
        if case.lacking or case.resting:
            return case
        key = canonical(case.reference)
        as_agreed = Agreed.from_json(run.agreed) == Agreed(case.akte_id, key) and bool(key) == bool(case.reference)
        if case.akte_id and as_agreed and not run.full:
            return replace(case, unchanged=True)
        return replace(case, found=reading.found(case, Akten(self._given or connections.advoware(run))))

    def plan(self, state: CaseState) -> Plan:
        return plan(state)

    def apply(self, state: CaseState, plan: Plan) -> Ending:
        run = self._run
        for action in plan.actions:
            if isinstance(action, WriteNumber) and not self._write(state.names.id, action.akte_id):
                return Skipped(Why.NO_FIELD, state.names.id)
        if state.lacking or state.unchanged or state.resting:
            return plan.ending  # nothing new is known
        run.clear_open_writes()  # what became of an earlier one stands in the case, or was written anew
        register.remember(run.entity_type, run.entity_id, state.akte.id if state.akte else "")
        tasks.reconcile_tasks(run.record, plan.tasks)
        return plan.ending

    def _write(self, name: str, akte_id: str) -> bool:
        """Whether the CRM took it. Into the field as it was read, empty, so never over what somebody has entered."""
        kind, pk = self._run.entity_type, self._run.entity_id
        number = self._crm.metadata(kind).kinds.get(name) == "int" and akte_id.isdecimal()
        value: object = int(akte_id) if number else akte_id
        intent = WriteIntent(SystemName.ESPOCRM, CrmWrite.UPDATE, kind, pk)
        # Our own write must not pass for a person's edit where times are compared: it notes the time before it.
        changes = {name: [None, value]} | ({MODIFIED_AT: [self._modified_at, None]} if self._modified_at else {})
        try:
            with self._run.writing(intent, changes):
                answer = self._crm.update(kind, pk, {name: value}, self._version)
        except Forbidden:
            return False
        return str(answer.get(name)) == akte_id
