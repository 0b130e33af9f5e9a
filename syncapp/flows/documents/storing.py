"""Brings a document's bytes to xAI: once, whatever happens in between."""

from __future__ import annotations

import io
import mimetypes
import os
from datetime import timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.clients.errors import Forbidden, NotFound
from syncapp.clients.espocrm import Downloaded, EspoClient, EspoDocument
from syncapp.clients.xai import XaiClient, has_marker, kinds, safe_filename
from syncapp.engine.outside.connections import MEGABYTE
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows import files
from syncapp.flows.documents.agreement import Content
from syncapp.flows.documents.proving import claims, made_of
from syncapp.flows.documents.reasons import Why
from syncapp.flows.documents.state import DocumentState
from syncapp.kit.scratch import scratch_file
from syncapp.models import JournalAction, JournalEntry, JournalState, SystemName

CLOCKS_DIFFER = timedelta(minutes=10)  # ours and xAI's, at most


class XaiWrite(JournalAction):
    UPLOAD = "upload", _("file uploaded")
    ATTACH = "attach", _("file put into a collection")
    DETACH = "detach", _("file taken out of a collection")


class UnfitBytes(Exception):
    """The bytes can't be made searchable; `why` says for which reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class FileReplaced(Exception):
    """Somebody put another file into the document while we read it."""


class TakenOver(Exception):
    """The file that the CRM names was made of these bytes, by a hub that knew more than this one: it is noted now."""


class FileMismatch(Exception):
    """The bytes are not those that the CRM describes."""


_WHY = {kinds.NotIndexed.KIND: Why.UNSUPPORTED_TYPE, kinds.NotIndexed.MAIL: Why.MAIL_AS_FILE}


def _indexable(document: EspoDocument, got: Downloaded, stream: BinaryIO) -> tuple[str, BinaryIO | None]:
    """The ending by which xAI knows what it is; of a text also its bytes in UTF-8, as they go there."""
    try:
        ending = kinds.ending_for(document.file_name or document.name, got.content_type, stream)
    except kinds.CantIndex as exc:
        raise UnfitBytes(_WHY[exc.why]) from None
    text = kinds.in_utf8(ending, stream)
    return ending, None if text is None else io.BytesIO(text)


class Storage:
    def __init__(self, run: Run, crm: EspoClient, xai: XaiClient) -> None:
        self._run, self._crm, self._xai = run, crm, xai

    def store(self, state: DocumentState) -> Content:
        """The content of the document as a file at xAI: one that is there already, or a new one.

        Raises `UnfitBytes`, `FileReplaced`, `TakenOver`, `FileMismatch`, `TooLarge`, and what the clients raise.
        """
        document = state.document
        assert document is not None  # noqa: S101  only planned for a document that is there
        with scratch_file() as disk:
            stream = cast(BinaryIO, disk)
            got = self._download(document, state.described, stream)
            if got.size == 0:
                raise UnfitBytes(Why.EMPTY_FILE)
            ending, text = _indexable(document, got, stream)
            # Of two documents with the same bytes at the same time the second waits, and then finds the first's file.
            with files.locked_content(got.sha256, self._run):
                file_id = self._there_already(state, document, got) or self._upload(
                    document, got, ending, text or stream
                )
        return Content(file_id, document.file_id, got.md5, got.sha256)

    def _download(self, document: EspoDocument, described: str, stream: BinaryIO) -> Downloaded:
        try:
            got = self._crm.download(document.file_id, stream, settings.CONFIG.XAI_MAX_FILE_SIZE_MB * MEGABYTE)
        except (NotFound, Forbidden):  # the file of a document that was deleted is nobody's to read: 403
            if self._is_replaced(document):  # which deletes the old attachment at once
                raise FileReplaced from None
            raise  # the CRM has lost it: if it does not come back, a person is told
        if described and got.md5 != described:
            raise FileReplaced if self._is_replaced(document) else FileMismatch
        return got

    def _is_replaced(self, document: EspoDocument) -> bool:
        """Or deleted with its document."""
        try:
            return self._crm.document(document.id).file_id != document.file_id
        except NotFound:
            return True

    def _there_already(self, state: DocumentState, document: EspoDocument, got: Downloaded) -> str | None:
        """A file with the same bytes, of this document or another, that xAI still has.

        The CRM may name one that we have never heard of, at the document or where it is joined to a parent: of a hub
        before our time, or our own of the days that a restored backup does not know. Then `TakenOver`.
        """
        ours = {row.remote_id for row in files.own_files(self._run.entity_type, self._run.entity_id)} | state.missing
        named = [each for each in claims(document, [p.member for p in state.parents]) if each.file_id not in ours]
        for file_id in files.same_bytes(got.sha256):
            if file_id not in state.missing and self._is_there(file_id):
                self._remember(file_id, got.sha256, document.file_id, got.md5)
                if any(each.file_id == file_id for each in named):
                    raise TakenOver
                return file_id
            files.forget_file(file_id)
        for claim in named:
            if made_of(claim, got, self._xai):
                self._remember(claim.file_id, got.sha256, document.file_id, got.md5)
                raise TakenOver
        return None

    def _is_there(self, file_id: str) -> bool:
        try:
            self._xai.file(file_id)
        except NotFound:
            return False
        return True

    def _upload(self, document: EspoDocument, got: Downloaded, ending: str, stream: BinaryIO) -> str:
        mark = f"{self._run.entity_id}-{got.sha256[:16]}"
        name = safe_filename(document.file_name or document.name, mark, ending)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        intent = WriteIntent(SystemName.XAI, XaiWrite.UPLOAD, "file", mark=mark)
        facts = {"sha256": got.sha256, "md5": got.md5, "attachment": document.file_id}
        with self._run.writing(intent, {key: [None, value] for key, value in facts.items()}) as entry:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            entry.target_id = self._xai.upload(stream, size, name, kind).id
            self._remember(entry.target_id, got.sha256, document.file_id, got.md5)
        return entry.target_id

    def recover(self) -> None:
        """Look for the files of earlier uploads whose outcome is not known.

        What is found is remembered like any other file, so its bytes are never uploaded twice.
        """
        for entry in self._run.unsettled_writes(XaiWrite.UPLOAD):
            file_id = self._find(entry)
            if file_id:  # first: nobody looks for a write that counts as done
                facts = {key: pair[1] for key, pair in entry.changes.items()}
                self._remember(file_id, facts["sha256"], facts["attachment"], facts["md5"])
            self._run.resolve(entry, JournalState.DONE if file_id else JournalState.FAILED, file_id or "")

    def _find(self, entry: JournalEntry) -> str | None:
        """Newest first, and no further back than the upload itself."""
        for file in self._xai.files():
            if has_marker(file.name, entry.mark):
                return file.id
            if file.created_at is not None and file.created_at < entry.begun_at - CLOCKS_DIFFER:
                return None
        return None

    def _remember(self, file_id: str, sha256: str, attachment_id: str, md5: str) -> None:
        facts = {"attachment_id": attachment_id, "md5": md5}
        files.remember_file(self._run.entity_type, self._run.entity_id, file_id, sha256, facts)
