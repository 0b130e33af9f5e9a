"""What the hub asks of EspoCRM. Facts: https://docs.espocrm.com/development/api/ and EspoCRM's source, 9.2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, ClassVar

from syncapp.clients.espocrm.changes import changes
from syncapp.clients.espocrm.download import stream_into
from syncapp.clients.espocrm.fields import ID
from syncapp.clients.espocrm.metadata import EntityMeta, MetadataCache
from syncapp.clients.espocrm.parties import EspoBankAccount, EspoParty
from syncapp.clients.espocrm.rest import EspoRest, checked_id, checked_name
from syncapp.clients.espocrm.types import (
    SYSTEM,
    Downloaded,
    EntityStamp,
    EspoDocument,
    EspoParent,
    EspoUser,
)
from syncapp.clients.espocrm.webhook import Webhook
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.parse import Values, the_object


class EspoClient(EspoRest):
    """Every method raises ``ClientError`` and nothing else. Use one instance for one step."""

    metadata_cache: ClassVar[MetadataCache] = MetadataCache()

    def ping(self) -> None:
        """One row of documents: proves address, key, right to read and database, and changes nothing."""
        path = checked_name(self._config.fields.document_entity)
        self.request("GET", path, Answer.json, query=[("maxSize", "1"), ("select", ID)], headers={"X-No-Total": "true"})

    def me(self) -> EspoUser:
        """The API user whose key this is."""
        return EspoUser.from_api(self.read_json("App/user"))

    def metadata(self, entity_type: str) -> EntityMeta:
        """At most ``metadata_ttl`` old. ``EntityTypeUnknown`` also when the API user may not see the type at all."""
        known = self.metadata_cache.get(self._root, entity_type)
        if known is not None:
            return known
        key = f"entityDefs.{checked_name(entity_type)}"
        meta = EntityMeta.from_api(self.read_json("Metadata", [("key", key)]))
        self.metadata_cache.put(self._root, entity_type, meta, self._config.metadata_ttl)
        return meta

    def get(self, entity_type: str, record_id: str, select: Sequence[str] = ()) -> Mapping[str, Any]:
        """The raw record. ``select`` is a request: EspoCRM answers the whole record to a single read."""
        query = [("select", ",".join(select))] if select else []
        path = f"{checked_name(entity_type)}/{checked_id(record_id)}"
        return the_object(SYSTEM, self.read_json(path, query))

    def document(self, document_id: str) -> EspoDocument:
        """``NotFound`` when deleted or never there."""
        fields = self._config.fields
        return EspoDocument.from_api(self.get(fields.document_entity, document_id), fields)

    def parent(self, entity_type: str, record_id: str) -> EspoParent:
        """``NotFound`` when deleted or never there."""
        return EspoParent.from_api(entity_type, self.get(entity_type, record_id), self._config.fields)

    def party(self, party_id: str) -> EspoParty:
        """``NotFound`` when deleted or never there."""
        fields = self._config.fields
        return EspoParty.from_api(self.get(fields.party_entity, party_id), fields)

    def bank_account(self, account_id: str) -> EspoBankAccount:
        """``NotFound`` when deleted or never there."""
        fields = self._config.fields
        return EspoBankAccount.from_api(self.get(fields.bank_entity, account_id), fields)

    def bank_accounts(self, party_id: str) -> tuple[EspoBankAccount, ...]:
        """All of one party, ordered by id. Every attribute: a list without ``select`` holds them all."""
        fields = self._config.fields
        path = f"{checked_name(fields.party_entity)}/{checked_id(party_id)}/{checked_name(fields.party_accounts)}"
        return tuple(EspoBankAccount.from_api(row, fields) for row in self.rows(path, ()))

    def create(self, entity_type: str, fields: Mapping[str, object]) -> Mapping[str, Any]:
        """The new record. After ``AnswerLost`` look for it before creating it again."""
        return self.write("POST", checked_name(entity_type), dict(fields), repeatable=False)

    def linked_parents(self, document_id: str, link: str, entity_type: str) -> tuple[EspoParent, ...]:
        """All parents behind one link of a document, ordered by id."""
        fields = self._config.fields
        path = f"{checked_name(fields.document_entity)}/{checked_id(document_id)}/{checked_name(link)}"
        rows = self.rows(path, fields.parent_select)
        return tuple(EspoParent.from_api(entity_type, row, fields) for row in rows)

    def linked_document_ids(self, entity_type: str, record_id: str, link: str) -> Iterator[str]:
        """Ids behind a link of a parent, ordered by id."""
        path = f"{checked_name(entity_type)}/{checked_id(record_id)}/{checked_name(link)}"
        for row in self.rows(path, (ID,)):
            yield Values(SYSTEM, row).needed(ID)

    def changed_since(
        self, entity_type: str, since: datetime | None = None, select: Sequence[str] = ()
    ) -> Iterator[EntityStamp]:
        """Changes at or after ``since`` (aware; None = from the beginning), oldest first. Links count for nothing."""
        return changes(self, checked_name(entity_type), since, select, self._config.rows)

    def all_documents(self) -> Iterator[EspoDocument]:
        """Every document that is not deleted, ordered by id."""
        fields = self._config.fields
        for row in self.rows(checked_name(fields.document_entity), fields.document_select):
            yield EspoDocument.from_api(row, fields)

    def all_parents(self, entity_type: str) -> Iterator[EspoParent]:
        """Every record of the type that is not deleted, ordered by id."""
        fields = self._config.fields
        for row in self.rows(checked_name(entity_type), fields.parent_select):
            yield EspoParent.from_api(entity_type, row, fields)

    def update(
        self, entity_type: str, record_id: str, fields: Mapping[str, object], version: int | None = None
    ) -> Mapping[str, Any]:
        """Changes only the named attributes and returns the whole record.

        With ``version`` (where the entity has optimistic locking) ``Outdated`` when somebody was faster. After a lost
        answer and a repeat, that somebody may be our own first write: read again before deciding.
        """
        path = f"{checked_name(entity_type)}/{checked_id(record_id)}"
        headers = {"X-Version-Number": str(version)} if version is not None else None
        return self.write("PUT", path, dict(fields), headers=headers)

    def download(self, attachment_id: str, into: BinaryIO, max_bytes: int) -> Downloaded:
        """Streams the file into ``into`` (seekable) from its present position. ``TooLarge`` beyond ``max_bytes``;
        ``NotFound`` also when the file was replaced since the record was read."""
        start = into.tell()
        path = f"Attachment/file/{checked_id(attachment_id)}"
        plain = {"Accept-Encoding": "identity"}
        return self.request("GET", path, lambda answer: stream_into(answer, into, start, max_bytes), headers=plain)

    def webhooks(self) -> list[Webhook]:
        return [Webhook.from_api(row) for row in self.rows("Webhook", ())]

    def webhook(self, webhook_id: str) -> Webhook:
        """With its secret."""
        return Webhook.from_api(self.read_json(f"Webhook/{checked_id(webhook_id)}"))

    def create_webhook(self, event: str, url: str, skip_own: bool = True) -> Webhook:
        """Look through ``webhooks()`` first: registered twice is delivered twice."""
        body = {"event": event, "url": url, "skipOwn": skip_own}
        return Webhook.from_api(self.write("POST", "Webhook", body, repeatable=False))
