"""The document step: read, plan, apply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.utils import timezone

from syncapp.clients.errors import NotFound, TooLarge
from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.clients.http.observe import Observer
from syncapp.clients.xai import IndexStatus, XaiClient
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Compared, Ending, Failed, Plan, Postponed, Settled, Skipped, read_again
from syncapp.engine.runs.run import Run
from syncapp.events import dispatch
from syncapp.events.topics import topic_of
from syncapp.flows import files
from syncapp.flows.documents.actions import AskForCollection, Attach, Detach, Join, Tell, TellMember, Upload
from syncapp.flows.documents.agreement import Agreed, Content, Progress, Unfit
from syncapp.flows.documents.placing import Places
from syncapp.flows.documents.plan import plan
from syncapp.flows.documents.reading import Reader
from syncapp.flows.documents.reasons import Why
from syncapp.flows.documents.remembering import document_kept, parents_kept
from syncapp.flows.documents.showing import compared
from syncapp.flows.documents.state import DocumentState, Membership
from syncapp.flows.documents.storing import FileMismatch, FileReplaced, Storage, TakenOver, UnfitBytes
from syncapp.flows.documents.teller import Teller
from syncapp.flows.glances import NOBODY, in_lists
from syncapp.models import OrphanWhy, Status

FIRST_LOOK = timedelta(seconds=4)  # most are indexed by then
LONGEST_POLL = timedelta(minutes=10)


class DocumentSync:
    """One run of one document."""

    proved: Content | None = None  # see `Reader`

    def __init__(self, run: Run, crm: EspoClient | None = None, xai: XaiClient | None = None) -> None:
        self._run = run
        self._crm = crm or connections.espocrm(run)
        self._xai = xai or connections.xai(run)
        self._storage = Storage(run, self._crm, self._xai)
        self._places = Places(run, self._xai)
        self._told = Teller(run, self._crm, self._xai)
        self._content: Content | None = None

    @classmethod
    def listed(cls, runs: Sequence[Run], watch: Observer) -> Iterator[tuple[Run, Self]]:
        return in_lists(lambda run, crm: cls(run, crm, NOBODY), runs, watch, FIELDS.document_select)

    def read(self) -> DocumentState:
        return Reader(self._run, self._crm, self._xai, self.proved).read()

    def plan(self, state: DocumentState) -> Plan:
        return plan(state)

    def sides(self, state: DocumentState) -> tuple[Compared, ...]:
        return compared(state)

    def apply(self, state: DocumentState, plan: Plan) -> Ending:
        self._content = state.content
        if not state.untouched:
            self._storage.recover()
        ending = self._carry_out(state, plan)
        if isinstance(ending, Settled | Skipped) and not state.untouched:
            self._list_unused(state, ending)
        return ending

    def _carry_out(self, state: DocumentState, plan: Plan) -> Ending:
        ending = plan.ending
        if isinstance(ending, Failed) and not ending.detail:
            ending = replace(ending, detail=self._words_of_xai(state))
        for action in plan.actions:
            match action:
                case AskForCollection():
                    self._ask(action)
                case Upload():
                    try:
                        self._content = self._storage.store(state)
                    except (FileReplaced, TakenOver):
                        return read_again()
                    except FileMismatch:
                        self.failed(Why.FILE_MISMATCH)
                        return Failed(Why.FILE_MISMATCH, agreed=self._refuted(state))
                    except (UnfitBytes, TooLarge) as exc:
                        return self._unfit(state, exc.why if isinstance(exc, UnfitBytes) else Why.TOO_LARGE)
                case Join():
                    if not self._places.join(action.collection_id, self._known_content().file_id):
                        return read_again()
                case Attach():
                    self._places.attach(action, self._known_content().file_id)
                case Detach():
                    self._detach(state, action)
                case TellMember():
                    self._told.member(action)
                case Tell():
                    if refused := self._told.document(state, action, ending):
                        return refused
        if isinstance(ending, Postponed) and ending.reason == Why.INDEXING:
            return self._wait_for_index(state, plan)
        if isinstance(ending, Settled) and self._replaced_meanwhile(state):
            return read_again()
        return ending

    def _refuted(self, state: DocumentState) -> dict[str, object]:
        """When the file is uploaded anew as staff are told to, the hash of this one says nothing about it."""
        assert state.document is not None  # noqa: S101
        return replace(state.agreed, old_hash=(state.document.file_id, state.described)).to_json()

    def failed(self, reason: str, detail: str = "", system: str = "") -> None:
        """The CRM shows the failure too."""
        self._told.failed(reason, detail, system)

    def delayed(self) -> None:
        """The CRM does not call clean what has changed and must wait."""
        self._told.delayed(Agreed.from_json(self._run.agreed))

    # The actions

    def _ask(self, action: AskForCollection) -> None:
        # A request would start a failed parent again each time one of its documents looks; staff retry it instead.
        parent = action.parent
        topic = topic_of(parent.entity_type, "collection")
        known = dispatch.records(topic, parent.entity_type, parent.id)
        if not known.exclude(status__in=[Status.IN_SYNC, Status.SKIPPED]).exists():
            dispatch.emit(topic, parent.entity_type, [parent.id], trace_id=self._run.trace_id, full=True)

    def _detach(self, state: DocumentState, action: Detach) -> None:
        content, pair = self._content, action.membership
        if content and pair.file_id == content.file_id and pair.collection_id in state.wanted:
            return  # the new bytes turned out to be the old ones
        given_up = OrphanWhy.CONTENT_REPLACED if content and pair.file_id != content.file_id else None
        self._places.detach(action, OrphanWhy.DOCUMENT_DELETED if state.document is None else given_up)

    # How it ends

    def _wait_for_index(self, state: DocumentState, plan: Plan) -> Postponed:
        poll = timedelta(seconds=settings.CONFIG.XAI_INDEX_POLL_SECONDS)
        now = timezone.now()
        content, known = self._known_content(), state.agreed.content
        same = known is not None and known.file_id == content.file_id
        before = state.agreed.progress if state.was_indexing and same else None  # another file is waited for anew
        since = before.since if before else now.isoformat()
        shown, parents = self._document_kept(state, plan), parents_kept(state.parents, self._told.members)
        progress = Progress(self._run.claim.request_number, state.wanted, since, shown, parents)
        pause = max(poll, (now - now.fromisoformat(since)) / 4) if before else min(poll, FIRST_LOOK)
        agreed = replace(state.agreed, content=content, progress=progress, settled=False)
        if state.document is not None and state.document.md5 and not state.described:
            # It is of an older file. Kept here, for what we know of that one may be forgotten before the CRM is told.
            agreed = replace(agreed, old_hash=("", state.document.md5))
        return Postponed(Why.INDEXING, min(pause, LONGEST_POLL), agreed.to_json())

    def _document_kept(self, state: DocumentState, plan: Plan) -> dict[str, object]:
        """Nothing where the end of the indexing leaves more to do than to tell it."""
        shown = self._told.answered or state.document
        taken_out = {action.membership for action in plan.actions if isinstance(action, Detach)}
        stays = {Membership(collection, self._known_content().file_id) for collection in state.wanted}
        left = {each for each in state.memberships - taken_out - stays if each.collection_id not in state.left_alone}
        return {} if shown is None or left or self._replaced_meanwhile(state) else document_kept(shown)

    def _replaced_meanwhile(self, state: DocumentState) -> bool:
        """Whether the write to the CRM was answered with another file than the one that was synced."""
        answered, content = self._told.answered, state.content
        return answered is not None and content is not None and answered.file_id != content.attachment_id

    def _unfit(self, state: DocumentState, why: Why) -> Ending:
        """The content can't be made searchable, as its bytes showed: plan again with that knowledge."""
        assert state.document is not None  # noqa: S101
        known = replace(state, agreed=Agreed(unfit=Unfit(state.document.file_id, why)))
        second = plan(known)
        for action in second.actions:
            match action:
                case Detach():
                    self._detach(known, action)
                case TellMember():
                    self._told.member(action)
                case Tell():
                    if refused := self._told.document(known, action, second.ending):
                        return refused
        return second.ending if isinstance(second.ending, Skipped) else read_again()

    def _list_unused(self, state: DocumentState, ending: Settled | Skipped) -> None:
        pointed_at, why = set(), OrphanWhy.TWICE_OR_LATE
        if isinstance(ending, Settled) and self._content:
            pointed_at = {self._content.file_id}
        elif state.document is not None and state.content is not None:
            # It rests: the CRM still names its file. Of a file that was replaced that is our own old word.
            pointed_at = {state.document.xai_id} & {state.content.file_id}
        elif state.document is not None:
            why = OrphanWhy.CONTENT_REPLACED
        files.list_unused(self._run.entity_type, self._run.entity_id, pointed_at, why)

    def _words_of_xai(self, state: DocumentState) -> str:
        content = self._known_content()
        for collection, status in state.indexed.items():
            if status is IndexStatus.FAILED:
                try:
                    return self._xai.document(collection, content.file_id).error_message[:200]
                except NotFound:
                    return ""
        return ""

    def _known_content(self) -> Content:
        assert self._content is not None  # noqa: S101  every plan that attaches has it, or uploads first
        return self._content
