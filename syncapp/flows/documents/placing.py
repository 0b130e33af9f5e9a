"""Puts a document's file into collections at xAI and takes it out, where other documents may share it."""

from __future__ import annotations

from syncapp.clients.errors import NotFound, Rejected
from syncapp.clients.xai import XaiClient
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows import files
from syncapp.flows.documents.actions import Attach, AttachAgain, Detach
from syncapp.flows.documents.storing import XaiWrite
from syncapp.models import OrphanWhy, SystemName


class Places:
    """The collections that the document of this run has its files in."""

    def __init__(self, run: Run, xai: XaiClient) -> None:
        self._run, self._xai = run, xai

    def attach(self, action: Attach, file_id: str) -> None:
        collection = action.collection_id
        with files.locked(file_id, self._run):
            self._remember(collection, file_id)
            intent = self._intent(XaiWrite.ATTACH, collection, file_id)
            with self._run.writing(intent, {"file": [None, file_id]}):
                if isinstance(action, AttachAgain):
                    self._xai.detach(collection, file_id)
                self._put_in(collection, file_id)

    def join(self, collection: str, file_id: str) -> bool:
        """Note that the file is there for this document too. False: whoever put it there has just taken it away."""
        with files.locked(file_id, self._run):
            self._remember(collection, file_id)
            try:
                return file_id in self._xai.batch_documents(collection, [file_id])
            except NotFound:
                return False

    def detach(self, action: Detach, given_up: OrphanWhy | None) -> None:
        """`given_up`: why the document has no use for the file itself any more."""
        run, collection, file_id = self._run, action.collection_id, action.file_id
        with files.locked(file_id, run):
            if not files.used_by_another(run.entity_type, run.entity_id, collection, file_id):
                with run.writing(self._intent(XaiWrite.DETACH, collection, file_id), {"file": [file_id, None]}):
                    self._xai.detach(collection, file_id)
            files.forget_membership(run.entity_type, run.entity_id, collection, file_id, given_up=given_up)

    def _remember(self, collection: str, file_id: str) -> None:
        files.remember_membership(self._run.entity_type, self._run.entity_id, collection, file_id)

    def _intent(self, action: XaiWrite, collection: str, file_id: str) -> WriteIntent:
        return WriteIntent(SystemName.XAI, action, "collection", collection, mark=file_id)

    def _put_in(self, collection: str, file_id: str) -> None:
        owner_type, owner_id = files.owner_of(collection)
        fields = {
            files.DOCUMENT_ID: self._run.entity_id,
            files.OWNER_TYPE: owner_type,
            files.OWNER_ID: owner_id,
        }
        try:
            self._xai.attach(collection, file_id, fields)
        except Rejected:
            # A collection that somebody else made does not declare our fields; without them it takes the document.
            self._xai.attach(collection, file_id, {})
