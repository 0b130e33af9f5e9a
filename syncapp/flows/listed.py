"""Clients that read whole lists once and answer from them: for those who look at everything at one moment.

They may not write, and what they answer is as old as the list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from syncapp.clients.advoware import AdvowareClient, AdvowareParty, BankAccount, Matter
from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import FIELDS, EspoBankAccount, EspoClient, EspoDocument, EspoMember, EspoParent, EspoParty
from syncapp.clients.espocrm.rest import path_of
from syncapp.clients.xai import XaiClient, XaiCollection, XaiDocument, XaiFile
from syncapp.flows.parents import document_links

Row = TypeVar("Row")


class ListedCrm(EspoClient):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._parents_listed: dict[str, dict[str, EspoParent]] = {}
        self._rows_listed: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._members: dict[str, dict[str, list[EspoMember]]] = {}
        self._linked: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}

    @cached_property
    def documents_listed(self) -> dict[str, EspoDocument]:
        return {document.id: document for document in self.all_documents()}

    def parents_listed(self, entity_type: str) -> dict[str, EspoParent]:
        if entity_type not in self._parents_listed:
            self._parents_listed[entity_type] = {parent.id: parent for parent in self.all_parents(entity_type)}
        return self._parents_listed[entity_type]

    def rows_listed(self, entity_type: str) -> dict[str, Mapping[str, Any]]:
        """Every attribute that a list shows."""
        if entity_type not in self._rows_listed:
            rows = (self._ours(entity_type, row) for row in self.rows(path_of(entity_type), (), of=entity_type))
            self._rows_listed[entity_type] = {str(row["id"]): row for row in rows}
        return self._rows_listed[entity_type]

    def get(self, entity_type: str, record_id: str) -> Mapping[str, Any]:
        return _there(self.rows_listed(entity_type), record_id, self.system)

    def document(self, document_id: str) -> EspoDocument:
        return _there(self.documents_listed, document_id, self.system)

    def parent(self, entity_type: str, record_id: str) -> EspoParent:
        return _there(self.parents_listed(entity_type), record_id, self.system)

    def party(self, party_id: str) -> EspoParty:
        """Lists may leave out the numbers and addresses of a party; then it is asked for alone."""
        raw = self.get(FIELDS.party_entity, party_id)
        has = self.metadata(FIELDS.party_entity).fields
        parts = {"emailAddress": FIELDS.party_mails, "phoneNumber": FIELDS.party_phones}
        if any(name in has and data not in raw for name, data in parts.items()):
            raw = super().get(FIELDS.party_entity, party_id)
        return EspoParty.from_api(raw)

    def member(self, join: str, row_id: str) -> EspoMember:
        return EspoMember.from_api(self.get(join, row_id))

    def members(self, join: str, *, parent: str = "", document: str = "") -> Iterator[EspoMember]:
        if join not in self._members:
            both: dict[str, list[EspoMember]] = defaultdict(list)
            for member in super().members(join):
                both[f"parent {member.parent_id}"].append(member)
                both[f"document {member.document_id}"].append(member)
            self._members[join] = both
        return iter(self._members[join].get(f"parent {parent}" if parent else f"document {document}", ()))

    def bank_account(self, account_id: str) -> EspoBankAccount:
        return EspoBankAccount.from_api(self.get(FIELDS.bank_entity, account_id))

    def linked_document_ids(self, entity_type: str, record_id: str, link: str) -> Iterator[str]:
        return iter(self._behind(entity_type, link).get(record_id, ()))

    def linked_parents(self, document_id: str, link: str, entity_type: str) -> tuple[EspoParent, ...]:
        foreign = self.metadata(FIELDS.document_entity).links[link].foreign
        links = [foreign] if foreign else document_links(self, entity_type)
        known = self.parents_listed(entity_type)
        ids = {pk for each in links for pk in self._of_document(entity_type, each).get(document_id, ())}
        return tuple(known[pk] for pk in sorted(ids) if pk in known)

    def _behind(self, entity_type: str, link: str) -> dict[str, tuple[str, ...]]:
        """One call for each entity that has documents."""
        key = (entity_type, link)
        if key not in self._linked:
            ask = super().linked_document_ids
            ids = list(self.having_linked(entity_type, link))
            self._linked[key] = {pk: tuple(ask(entity_type, pk, link)) for pk in ids}
        return self._linked[key]

    def _of_document(self, entity_type: str, link: str) -> dict[str, list[str]]:
        key = (f"<{entity_type}", link)
        if key not in self._reversed:
            turned: dict[str, list[str]] = defaultdict(list)
            for parent, documents in self._behind(entity_type, link).items():
                for document in documents:
                    turned[document].append(parent)
            self._reversed[key] = turned
        return self._reversed[key]

    @cached_property
    def _reversed(self) -> dict[tuple[str, str], dict[str, list[str]]]:
        return {}


class ListedXai(XaiClient):
    @cached_property
    def files_listed(self) -> dict[str, XaiFile]:
        return {file.id: file for file in self.files()}

    @cached_property
    def collections_listed(self) -> dict[str, XaiCollection]:
        return {collection.id: collection for collection in self.collections()}

    @cached_property
    def _entries(self) -> dict[str, dict[str, XaiDocument]]:
        return {}

    def entries(self, collection_id: str) -> dict[str, XaiDocument]:
        """By file id; ``NotFound`` for a collection that xAI does not have."""
        _there(self.collections_listed, collection_id, self.system)
        if collection_id not in self._entries:
            self._entries[collection_id] = {entry.file_id: entry for entry in super().documents(collection_id)}
        return self._entries[collection_id]

    def file(self, file_id: str) -> XaiFile:
        return _there(self.files_listed, file_id, self.system)

    def collection(self, collection_id: str) -> XaiCollection:
        return _there(self.collections_listed, collection_id, self.system)

    def collections_starting(self, start: str) -> list[XaiCollection]:
        return [each for each in self.collections_listed.values() if each.name.startswith(start)]

    def documents(self, collection_id: str) -> Iterator[XaiDocument]:
        return iter(self.entries(collection_id).values())

    def document(self, collection_id: str, file_id: str) -> XaiDocument:
        return _there(self.entries(collection_id), file_id, self.system)

    def batch_documents(self, collection_id: str, file_ids: Sequence[str]) -> dict[str, XaiDocument]:
        there = self.entries(collection_id)
        return {file_id: there[file_id] for file_id in file_ids if file_id in there}


class ListedAdvoware(AdvowareClient):
    """`parties_listed` is filled by whoever may use Advoware's one list; who is not in it is asked for alone."""

    parties_listed: Mapping[int, AdvowareParty] = {}

    @cached_property
    def _accounts(self) -> dict[int, tuple[BankAccount, ...]]:
        return {}

    @cached_property
    def _matters(self) -> tuple[Matter, ...]:
        return tuple(super().matters())

    def party(self, number: int) -> AdvowareParty:
        return self.parties_listed[number] if number in self.parties_listed else super().party(number)

    def bank_accounts(self, number: int) -> tuple[BankAccount, ...]:
        if number not in self._accounts:
            self._accounts[number] = super().bank_accounts(number)
        return self._accounts[number]

    def matters(self) -> Iterator[Matter]:  # type: ignore[override]
        yield from self._matters


def _there(rows: Mapping[str, Row], key: str, system: str) -> Row:
    if key not in rows:
        raise NotFound(system, "not_listed")
    return rows[key]
