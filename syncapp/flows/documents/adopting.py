"""Documents that a hub before this one has brought to xAI: proved by their bytes, and then as in every run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, cast

from django.conf import settings

from syncapp.clients.errors import Forbidden, NotFound, TooLarge
from syncapp.clients.espocrm import FIELDS, EspoDocument, FileStatus
from syncapp.engine.outside.connections import MEGABYTE
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.run import Run
from syncapp.flows import files
from syncapp.flows.documents.agreement import Content
from syncapp.flows.documents.flow import DOCUMENT_SYNC
from syncapp.flows.documents.proving import Claim, claims, made_of
from syncapp.flows.documents.sync import DocumentSync
from syncapp.flows.parents import documents_of
from syncapp.flows.taking_over import Cause, Finding, Item, Sides, Verdict, named, parents_in
from syncapp.kit.scratch import scratch_file
from syncapp.models import Record

KIND = FIELDS.document_entity


class DocumentsTakenOver:
    def __init__(self, sides: Sides) -> None:
        self._crm, self._xai, self._trusts_md5 = sides.crm, sides.xai, sides.trusts_md5

    def items(self) -> Iterator[Item]:
        served = Record.objects.filter(step=DOCUMENT_SYNC, served__gt=0).values_list("entity_id", flat=True)
        known, shared = set(served), self._in_shared_collections()
        for document in self._crm.documents_listed.values():
            if document.id in shared:
                target = Target(DOCUMENT_SYNC, KIND, document.id)
                yield Item(target, DocumentSync, causes=(Cause.NAMED_TWICE,), unplaced=True, remote_id=document.xai_id)
            else:
                yield self._item(document, known=document.id in known)

    def strays(self) -> Iterator[Finding]:
        used = {claim.file_id for document in self._crm.documents_listed.values() for claim in self._claims(document)}
        for file_id in self._xai.files_listed:
            if file_id not in used and not files.in_use(file_id):
                yield Finding(DOCUMENT_SYNC, KIND, "", Verdict.UNPLACED, (Cause.FILE_NOT_NAMED,), file_id)

    def _in_shared_collections(self) -> set[str]:
        """Documents of parents that name the collection of another: where they belong is not known yet."""
        parents = parents_in(self._crm)
        by_name = named(parents)
        return {
            document_id
            for parent in parents
            if by_name[parent.collection_id] > 1
            for document_id in documents_of(self._crm, parent.entity_type, parent.id, settings.CONFIG.LINK_ENTITIES)
        }

    def _item(self, document: EspoDocument, *, known: bool) -> Item:
        proved, causes = (None, ()) if known else self._proof(document)

        def make(run: Run) -> DocumentSync:
            flow = DocumentSync(run, self._crm, self._xai)
            flow.proved = proved
            return flow

        def noted() -> None:
            if proved is not None:
                facts = {"attachment_id": proved.attachment_id, "md5": proved.md5}
                files.remember_file(KIND, document.id, proved.file_id, proved.sha256, facts)

        target = Target(DOCUMENT_SYNC, KIND, document.id)
        return Item(target, make, noted=noted, causes=causes, remote_id=document.xai_id)

    def _claims(self, document: EspoDocument) -> tuple[Claim, ...]:
        joins = sorted(settings.CONFIG.LINK_ENTITIES.values())
        return claims(document, [each for join in joins for each in self._crm.members(join, document=document.id)])

    def _proof(self, document: EspoDocument) -> tuple[Content | None, tuple[Cause, ...]]:
        named = self._claims(document)
        there = [claim for claim in named if claim.file_id in self._xai.files_listed]
        if not named or not document.file_id:
            return None, ()
        if not there:
            return None, (Cause.DEAD_FILE,)
        known = self._known(document, there)
        if known is not None:
            return known, ()
        try:
            with scratch_file() as disk:
                limit = settings.CONFIG.XAI_MAX_FILE_SIZE_MB * MEGABYTE
                got = self._crm.download(document.file_id, cast(BinaryIO, disk), limit)
        except (NotFound, Forbidden, TooLarge):  # Forbidden: deleted since it was listed, and its file with it
            return None, (Cause.NOT_READ,)
        for claim in there:
            if made_of(claim, got, self._xai, self._hashes(document, claim)):
                return Content(claim.file_id, document.file_id, got.md5, got.sha256), ()
        return None, (Cause.OTHER_BYTES,)

    def _known(self, document: EspoDocument, there: list[Claim]) -> Content | None:
        """Proved by an earlier look, or by the word of a CRM that hashes files itself."""
        ids = {claim.file_id for claim in there}
        for reference in files.own_files(KIND, document.id):
            facts = reference.data
            if reference.remote_id in ids and facts.get("attachment_id") == document.file_id:
                return Content(reference.remote_id, document.file_id, facts.get("md5", ""), reference.digest)
        replaced = document.file_status in (FileStatus.NEW, FileStatus.CHANGED)
        if self._trusts_md5 and document.md5 and not replaced:
            for claim in there:
                if claim.noted and claim.noted in (document.md5, document.sha256):
                    return Content(claim.file_id, document.file_id, document.md5, document.sha256)
        return None

    def _hashes(self, document: EspoDocument, claim: Claim) -> Iterator[str]:
        """Of the file, as the collections show it that the CRM names."""
        for collection_id in document.xai_collections:
            try:
                entry = self._xai.entries(collection_id).get(claim.file_id)
            except NotFound:
                continue
            if entry is not None and entry.sha256:
                yield entry.sha256
