"""What the hub asks of EspoCRM. Facts: https://docs.espocrm.com/development/api/ and EspoCRM's source, 9.2."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO, ClassVar

from syncapp.clients.errors import AnswerLost, ClientError, EntityTypeUnknown, Forbidden, TooLarge
from syncapp.clients.espocrm import statuses
from syncapp.clients.espocrm.changes import changes
from syncapp.clients.espocrm.fields import FIELDS, ID
from syncapp.clients.espocrm.metadata import EntityMeta
from syncapp.clients.espocrm.rest import EspoRest, checked_id, path_of
from syncapp.clients.espocrm.rights import NO, Rights
from syncapp.clients.espocrm.takes import Takes
from syncapp.clients.espocrm.types import (
    SYSTEM,
    Downloaded,
    EntityStamp,
    EspoBankAccount,
    EspoDocument,
    EspoMember,
    EspoParent,
    EspoParty,
    Webhook,
)
from syncapp.clients.http.answers import FILE_SECONDS, Answer
from syncapp.clients.http.parse import Values
from syncapp.clients.http.remembered import Remembered


class EspoClient(EspoRest):
    """Every method raises ``ClientError`` and nothing else. Use one instance for one step.

    What is got by its id is ``NotFound`` when it was deleted or never there. Listings are ordered by id.
    """

    metadata_cache: ClassVar[Remembered[EntityMeta]] = Remembered()
    rights_cache: ClassVar[Remembered[Rights]] = Remembered()

    def ping(self) -> None:
        """One row of documents: proves address, key, right to read and database, and changes nothing."""
        query = [("maxSize", "1"), ("select", ID)]
        self.request("GET", FIELDS.document_entity, Answer.json, query=query, headers={"X-No-Total": "true"})

    def metadata(self, entity_type: str) -> EntityMeta:
        """At most ``metadata_ttl`` old. ``EntityTypeUnknown`` also when the API user may not see the type at all."""
        asked = (self._config.api_url, entity_type)
        meta = self.metadata_cache.get(asked)
        if meta is None:
            names = self._config.names
            key = f"entityDefs.{names.entity(path_of(entity_type))}"
            # A type that the user may not see: 200 and an empty body (observed).
            raw = self.request("GET", "Metadata", Answer.json_if_any, query=[("key", key)])
            meta = EntityMeta.from_api(raw, entity_type, names)
            self.metadata_cache.put(asked, meta, self._config.metadata_ttl)
        return meta

    def takes(self, entity_type: str) -> Mapping[str, Takes]:
        """What the fields of a type take; nothing where the metadata can't be read: then a refusal tells."""
        try:
            return self.metadata(entity_type).takes
        except ClientError:
            return {}

    def room(self, entity_type: str, *fields: str) -> int | None:
        """How long a text may be that goes into all of these; None: as long as it likes."""
        limits = (takes.longest for name, takes in self.takes(entity_type).items() if name in fields)
        return min(filter(None, limits), default=None)

    def rights(self) -> Rights | None:
        """What the API user may do; None where EspoCRM does not tell."""
        return Rights.from_api(self.request("GET", "App/user", Answer.json), self._config.names)

    def may_edit(self, entity_type: str) -> bool:
        """As EspoCRM told at most ``metadata_ttl`` ago; True where it does not tell."""
        found = self.rights_cache.get(self._config.api_url)
        if found is None and (found := self.rights()) is not None:
            self.rights_cache.put(self._config.api_url, found, self._config.metadata_ttl)
        return found is None or found.level(entity_type, "edit") != NO

    def get(self, entity_type: str, record_id: str) -> Mapping[str, Any]:
        """The raw record, whole."""
        return self._ours(entity_type, self.record(entity_type, record_id))

    def document(self, document_id: str) -> EspoDocument:
        return EspoDocument.from_api(self.get(FIELDS.document_entity, document_id))

    def parent(self, entity_type: str, record_id: str) -> EspoParent:
        return EspoParent.from_api(self.get(entity_type, record_id), entity_type)

    def party(self, party_id: str) -> EspoParty:
        return EspoParty.from_api(self.get(FIELDS.party_entity, party_id))

    def bank_account(self, account_id: str) -> EspoBankAccount:
        return EspoBankAccount.from_api(self.get(FIELDS.bank_entity, account_id))

    def bank_accounts(self, party_id: str) -> tuple[EspoBankAccount, ...]:
        """All of one party. Every attribute: a list without ``select`` holds them all."""
        path = path_of(FIELDS.party_entity, party_id, self._accounts_link())
        rows = (self._ours(FIELDS.bank_entity, row) for row in self.rows(path, (), of=FIELDS.bank_entity))
        return tuple(map(EspoBankAccount.from_api, rows))

    def _accounts_link(self) -> str:
        """EspoCRM makes up the name of a link, each installation its own."""
        try:
            found = self.metadata(FIELDS.party_entity).link_to(FIELDS.bank_entity, FIELDS.bank_link)
        except EntityTypeUnknown:  # the API user may not see the type's metadata
            found = None
        return found or FIELDS.party_accounts

    def create(
        self, entity_type: str, fields: Mapping[str, object], *, even_if_alike: bool = False
    ) -> Mapping[str, Any]:
        """The new record, which has an id. After ``AnswerLost`` look for it before creating it again; so too after
        ``UnexpectedAnswer``, for an answer without an id proves nothing. ``Duplicate`` where EspoCRM itself finds one
        like it; ``even_if_alike``: a person has said that it is another one."""
        sent, headers = self.sent(entity_type, fields), {"X-Skip-Duplicate-Check": "true"} if even_if_alike else None
        made = self.write("POST", path_of(entity_type), sent, headers=headers, repeatable=False)
        Values(SYSTEM, made).needed(ID)
        return self._ours(entity_type, made)

    def linked_parents(self, document_id: str, link: str, entity_type: str) -> tuple[EspoParent, ...]:
        """All parents behind one link of a document."""
        return tuple(self._parents(path_of(FIELDS.document_entity, document_id, link), entity_type))

    def linked_document_ids(self, entity_type: str, record_id: str, link: str) -> Iterator[str]:
        """Ids behind a link of a parent."""
        for row in self.rows(path_of(entity_type, record_id, link), (ID,), of=FIELDS.document_entity):
            yield Values(SYSTEM, row).needed(ID)

    def member(self, join: str, row_id: str) -> EspoMember:
        return EspoMember.from_api(self.get(join, row_id))

    def members(self, join: str, *, parent: str = "", document: str = "") -> Iterator[EspoMember]:
        """What an entity type of its own joins: all, those of a parent, or those of a document. ``Forbidden`` where a
        role hides what is joined: that is not nothing."""
        asked = ((FIELDS.member_parent, parent), (FIELDS.member_document, document))
        where = [("equals", f"{name}Id", value) for name, value in asked if value]
        for row in self.rows(path_of(join), FIELDS.member_select, where):
            found = EspoMember.from_api(self._ours(join, row))
            if hidden := next((name for name, _ in asked if f"{name}Id" not in found.has_fields), ""):
                raise Forbidden(SYSTEM, "access.hidden", field=hidden)
            if found.parent_id and found.document_id and not found.deleted:
                yield found

    def changed_since(
        self, entity_type: str, since: datetime | None = None, select: Sequence[str] = ()
    ) -> Iterator[EntityStamp]:
        """Changes at or after ``since`` (aware; None = from the beginning), oldest first. Links count for nothing."""
        for stamp in changes(self, path_of(entity_type), since, select, self._config.rows):
            yield replace(stamp, values=self._ours(entity_type, stamp.values))

    def all_documents(self) -> Iterator[EspoDocument]:
        """Every document that is not deleted."""
        for row in self.rows(FIELDS.document_entity, FIELDS.document_select):
            yield EspoDocument.from_api(self._ours(FIELDS.document_entity, row))

    def all_parents(self, entity_type: str) -> Iterator[EspoParent]:
        """Every record of the type that is not deleted."""
        return self._parents(path_of(entity_type), entity_type)

    def having_linked(self, entity_type: str, link: str) -> Iterator[str]:
        """Ids of all records that have something behind this link."""
        for row in self.rows(path_of(entity_type), (ID,), [("isLinked", link, "")]):
            yield Values(SYSTEM, row).needed(ID)

    def update(
        self, entity_type: str, record_id: str, fields: Mapping[str, object], version: int | None = None
    ) -> Mapping[str, Any]:
        """Changes only the named attributes and returns the whole record.

        With ``version`` (where the entity has optimistic locking) ``Outdated`` when somebody was faster. After a lost
        answer and a repeat, that somebody may be our own first write: read again before deciding.
        """
        sent = self.sent(entity_type, fields)
        if not sent:  # nothing that it would take
            return self.get(entity_type, record_id)
        headers = {"X-Version-Number": str(version)} if version is not None else None
        return self._ours(entity_type, self.write("PUT", path_of(entity_type, record_id), sent, headers=headers))

    def sent(self, entity_type: str, fields: Mapping[str, object]) -> dict[str, object]:
        """What a write sends of the fields: states as this installation spells them, none that it doesn't know."""
        if not statuses.NAMES & fields.keys():
            return dict(fields)
        return statuses.theirs(entity_type, fields, self._config.statuses, self.takes(entity_type))

    def _ours(self, entity_type: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        return statuses.ours(entity_type, raw, self._config.statuses)

    def download(self, attachment_id: str, into: BinaryIO, max_bytes: int) -> Downloaded:
        """Streams the file into ``into`` (seekable) from its present position. ``TooLarge`` beyond ``max_bytes``;
        ``NotFound`` also when the file was replaced since the record was read."""
        start = into.tell()
        path = f"Attachment/file/{checked_id(attachment_id)}"
        plain = {"Accept-Encoding": "identity"}
        return self.request("GET", path, lambda answer: _stream_into(answer, into, start, max_bytes), headers=plain)

    def webhooks(self) -> list[Webhook]:
        return [self._webhook(row) for row in self.rows("Webhook", ())]

    def webhook(self, webhook_id: str) -> Webhook:
        """With its secret."""
        return self._webhook(self.get("Webhook", webhook_id))

    def create_webhook(self, event: str, url: str) -> Webhook:
        """Look through ``webhooks()`` first: registered twice is delivered twice. What we write is not told to us."""
        body = {"event": self._config.names.event(event), "url": url, "skipOwn": True}
        return self._webhook(self.write("POST", "Webhook", body, repeatable=False))

    def switch_off(self, webhook: Webhook) -> None:
        """It stays in EspoCRM's list, and can be switched on there again."""
        self.write("PUT", path_of("Webhook", webhook.id), {"isActive": False})

    def _webhook(self, row: Mapping[str, Any]) -> Webhook:
        found = Webhook.from_api(row)
        return replace(found, event=self._config.names.our_event(found.event))

    def _parents(self, path: str, entity_type: str) -> Iterator[EspoParent]:
        rows = (self._ours(entity_type, row) for row in self.rows(path, FIELDS.parent_select, of=entity_type))
        return (EspoParent.from_api(row, entity_type) for row in rows)


def _stream_into(answer: Answer, into: BinaryIO, start: int, max_bytes: int) -> Downloaded:
    """Writes from ``start`` on, dropping what an earlier attempt left. Raises ``TooLarge`` without reading on, and
    ``AnswerLost`` when fewer bytes came than announced."""
    into.seek(start)
    into.truncate(start)
    announced = answer.announced_size
    if announced is not None and announced > max_bytes:
        raise TooLarge(SYSTEM, "over_limit", request_id=answer.request_id)
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    size = 0
    for chunk in answer.chunks(FILE_SECONDS):
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge(SYSTEM, "over_limit", request_id=answer.request_id)
        md5.update(chunk)
        sha256.update(chunk)
        into.write(chunk)
    if announced is not None and size != announced:
        raise AnswerLost(SYSTEM, "cut", answer.status, answer.request_id)
    content_type = answer.headers.get("Content-Type", "")
    return Downloaded(size, md5.hexdigest(), sha256.hexdigest(), content_type)
