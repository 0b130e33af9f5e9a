"""Writes to the CRM how a document and its places in cases stand; what is to be said is decided in `telling`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone

from syncapp.clients.errors import NotFound, Outdated
from syncapp.clients.espocrm import EspoClient, EspoDocument, EspoMember
from syncapp.clients.espocrm.changes import espo_time
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.clients.xai import XaiClient
from syncapp.engine.runs.planning import Ending, Failed, Settled
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows import texts
from syncapp.flows.documents import members, telling
from syncapp.flows.documents.actions import Tell, TellMember
from syncapp.flows.documents.agreement import Agreed, untouched
from syncapp.flows.documents.reading import Reader
from syncapp.flows.documents.reasons import CrmStatus, Why
from syncapp.flows.documents.state import DocumentState
from syncapp.flows.writes import CrmWrite
from syncapp.models import SystemName


class Teller:
    """For one run. `answered`: what the last write was answered with; `members`: of what joins it to parents, by id."""

    answered: EspoDocument | None = None

    def __init__(self, run: Run, crm: EspoClient, xai: XaiClient) -> None:
        self._run, self._crm, self._xai = run, crm, xai
        self.members: dict[str, EspoMember] = {}

    def failed(self, reason: str, detail: str, system: str) -> None:
        document = self._crm.document(self._run.entity_id)
        fields = telling.failure(document, self._words(reason, detail, system), espo_time(timezone.now()), FIELDS)
        if fields:
            self._write(document, fields)
        self._members(document, Failed(reason))

    def delayed(self, agreed: Agreed) -> None:
        document = self._crm.document(self._run.entity_id)
        waits = document.xai_status == CrmStatus.CLEAN or agreed.progress is not None
        if waits and not untouched(document, agreed):
            if fields := telling.pending(document, FIELDS):
                self._write(document, fields)
            self._members(document, Settled())

    def document(self, state: DocumentState, action: Tell, ending: Ending) -> Ending | None:
        assert state.document is not None  # noqa: S101  the plan of a document that is gone tells nobody
        fields = dict(action.values)
        if isinstance(ending, Failed):
            error = self._words(ending.reason, ending.detail)
            fields = telling.failure(state.document, error, espo_time(timezone.now()), FIELDS)
        with _still_there():
            ignored = self._write(state.document, fields) if fields else []
        return Failed(Why.FIELD_MISSING, ", ".join(ignored)) if ignored else None

    def _members(self, document: EspoDocument, ending: Ending) -> None:
        parents = Reader(self._run, self._crm, self._xai).joined(document.id)
        for action in members.telling(parents, (), ending, None):
            self.member(action)

    def member(self, action: TellMember) -> None:
        member, join = action.parent.member, settings.CONFIG.LINK_ENTITIES[action.entity_type]
        assert member is not None  # noqa: S101  without one nothing is planned
        known = self._crm.sent(join, action.values)
        fields = {name: value for name, value in action.values.items() if name in known}
        if not fields:
            return  # no options for it
        if fields.get(FIELDS.sync_status) == members.Standing.CLEAN and FIELDS.synced_at in member.has_fields:
            fields[FIELDS.synced_at] = espo_time(timezone.now())
        intent = WriteIntent(SystemName.ESPOCRM, CrmWrite.UPDATE, join, member.id)
        with _still_there(), self._run.writing(intent, members.changes(member, fields)):
            self.members[member.id] = EspoMember.from_api(self._crm.update(join, member.id, fields))

    def _write(self, document: EspoDocument, fields: dict[str, object]) -> list[str]:
        """One write to the CRM under its version check; returns the fields that it ignored."""
        known = self._crm.sent(FIELDS.document_entity, fields)
        fields = {name: value for name, value in fields.items() if name in known}
        intent = WriteIntent(SystemName.ESPOCRM, CrmWrite.UPDATE, FIELDS.document_entity, document.id)
        with self._run.writing(intent, telling.changes(document, fields, FIELDS)):
            answer = self._crm.update(FIELDS.document_entity, document.id, fields, document.version)
        self.answered = EspoDocument.from_api(answer)
        return telling.not_kept(fields, answer)

    def _words(self, reason: str, detail: str, system: str = "") -> str:
        return texts.for_crm(
            reason, detail, system, self._crm.room(FIELDS.document_entity, FIELDS.xai_error, FIELDS.sync_error)
        )


@contextmanager
def _still_there() -> Iterator[None]:
    """What was deleted since it was read, which may be a while ago, makes what was read outdated."""
    try:
        yield
    except NotFound as exc:
        raise Outdated(exc.system, exc.code, exc.status, exc.request_id) from None
