"""What the hub reads of EspoCRM's records, and nothing else of them. Times are aware and in UTC.

Task and Notification are EspoCRM's own entities, the same everywhere. Which further fields of parties and bank accounts
are synced is the table of their flow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Self

from syncapp.clients.espocrm.fields import DELETED, FIELDS, ID, MODIFIED_AT, NAME, VERSION
from syncapp.clients.http.parse import Answered, Values, of, the_whole

SYSTEM = "espocrm"
IDS = "Ids"
TASK, NOTE = "Task", "Note"
NOT_STARTED, COMPLETED = "Not Started", "Completed"
ENDED = frozenset({COMPLETED, "Canceled"})


class EspoRecord(Answered):
    __slots__ = ()
    system = SYSTEM


class FileStatus(Enum):
    NEW = "new"
    CHANGED = "changed"
    SYNCED = "synced"
    UNKNOWN = "unknown"

    @classmethod
    def read(cls, values: Values, key: str) -> FileStatus:
        text = values.text(key) or values.text(FIELDS.old_file_status)
        return _FILE_STATUSES.get(text.strip().casefold(), cls.UNKNOWN)


_FILE_STATUSES: Mapping[str, FileStatus] = {
    "new": FileStatus.NEW,
    "neu": FileStatus.NEW,
    "changed": FileStatus.CHANGED,
    "geändert": FileStatus.CHANGED,
    "geaendert": FileStatus.CHANGED,
    "synced": FileStatus.SYNCED,
}


def _optional_fields(values: Values, _: str) -> frozenset[str]:
    return frozenset(name for name in FIELDS.document_optional if name in values.raw)


def _unlinked(values: Values, _: str) -> frozenset[str]:
    """A link that is a field too (`linkMultiple`, not `noLoad`) stands in a record by the ids behind it, whoever may
    read those (Core/FieldProcessing/LinkMultiple/Loader.php, Core/ORM/Entity.php, 9.2 to 10.0)."""
    return frozenset(name.removesuffix(IDS) for name, ids in values.raw.items() if name.endswith(IDS) and ids == [])


def _held(values: Values, _: str) -> frozenset[str]:
    return frozenset(values.raw)


def _row_id(values: Values, key: str) -> str:
    """Of a row that joins two records a number, where its table is the link's own."""
    return str(values.get(key)) if isinstance(values.get(key), int) else values.needed(key)


def _rows(values: Values, name: str) -> tuple[Mapping[str, Any], ...] | None:
    if name not in values.raw:
        return None
    rows = values.raw[name] or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise values.wrong(name)
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class EspoDocument(EspoRecord):
    """A document of the CRM. An empty text is an empty or a missing field; ``has_fields`` tells them apart."""

    id: str = of(Values.needed, ID)
    name: str = of(Values.text, NAME)
    file_id: str = of(Values.text, FIELDS.file_id)  # attachment, changes with the content
    file_name: str = of(Values.text, FIELDS.file_name)
    md5: str = of(Values.digits, FIELDS.md5)
    sha256: str = of(Values.digits, FIELDS.sha256)
    file_status: FileStatus = of(FileStatus.read, FIELDS.file_status)
    xai_id: str = of(Values.trimmed, FIELDS.xai_id)
    xai_collections: tuple[str, ...] = of(Values.texts, FIELDS.xai_collections)
    xai_synced_hash: str = of(Values.digits, FIELDS.xai_synced_hash)
    xai_status: str = of(Values.text, FIELDS.xai_status)
    xai_error: str = of(Values.text, FIELDS.xai_error)
    sync_status: str = of(Values.text, FIELDS.sync_status)
    sync_error: str = of(Values.text, FIELDS.sync_error)
    sync_failed_at: str = of(Values.text, FIELDS.sync_failed_at)
    deleted: bool = of(Values.flag, DELETED)
    modified_at: datetime | None = of(Values.moment, MODIFIED_AT)
    version: int | None = of(Values.number, VERSION)  # None = no optimistic locking on this entity
    has_fields: frozenset[str] = of(_optional_fields)  # by the CRM's names, that the answer held
    unlinked: frozenset[str] = of(_unlinked)  # links that have nothing behind them, as far as the answer tells


@dataclass(frozen=True, slots=True)
class EspoParent(EspoRecord):
    """A record that documents are linked to."""

    entity_type: str
    id: str = of(Values.needed, ID)
    name: str = of(Values.text, NAME)
    status: str = of(Values.text, FIELDS.parent_status)
    collection_id: str = of(Values.trimmed, FIELDS.collection_id)
    modified_at: datetime | None = of(Values.moment, MODIFIED_AT)
    deleted: bool = of(Values.flag, DELETED)
    sync_status: str = of(Values.text, FIELDS.sync_status)
    has_fields: frozenset[str] = of(_held)

    @classmethod
    def from_api(cls, raw: object, entity_type: str = "") -> Self:
        """EspoCRM makes the name of a person of first and last name only: a company's stands in a field of its own."""
        values = Values.of(SYSTEM, raw)
        found = cls.read(values, entity_type=entity_type)
        nameless = entity_type == FIELDS.party_entity and not found.name
        return replace(found, name=values.text(FIELDS.party_company)) if nameless else found


@dataclass(frozen=True, slots=True)
class EspoMember(EspoRecord):
    """A document at a parent, where an entity of its own joins the two and holds how the document stands there."""

    id: str = of(_row_id, ID)
    parent_id: str = of(Values.text, f"{FIELDS.member_parent}Id")
    document_id: str = of(Values.text, f"{FIELDS.member_document}Id")
    file_id: str = of(Values.trimmed, FIELDS.xai_id)
    hash: str = of(Values.digits, FIELDS.xai_synced_hash)
    status: str = of(Values.text, FIELDS.sync_status)
    deleted: bool = of(Values.flag, DELETED)
    has_fields: frozenset[str] = of(_held)


@dataclass(frozen=True, slots=True)
class EspoParty(EspoRecord):
    """A Beteiligter of the CRM. ``mails`` and ``phones`` are None where the answer did not hold them."""

    id: str = of(Values.needed, ID)
    number: int | None = of(lambda values, key: values.number(key) or None, FIELDS.party_number)  # Advoware's betNr
    mails: tuple[Mapping[str, Any], ...] | None = of(_rows, FIELDS.party_mails)
    phones: tuple[Mapping[str, Any], ...] | None = of(_rows, FIELDS.party_phones)
    modified_at: datetime | None = of(Values.moment, MODIFIED_AT)
    version: int | None = of(Values.number, VERSION)
    deleted: bool = of(Values.flag, DELETED)
    raw: Mapping[str, object] = the_whole()

    def text(self, name: str) -> str:
        """A text field; "" when it is empty, missing, or not a text."""
        value = self.raw.get(name)
        return value.strip() if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class EspoBankAccount(EspoRecord):
    """A Bankverbindung of the CRM."""

    id: str = of(Values.needed, ID)
    party_id: str = of(Values.text, FIELDS.bank_party)
    iban: str = of(Values.text, FIELDS.iban)
    is_default: bool = of(Values.flag, FIELDS.bank_default)
    modified_at: datetime | None = of(Values.moment, MODIFIED_AT)
    version: int | None = of(Values.number, VERSION)
    deleted: bool = of(Values.flag, DELETED)
    raw: Mapping[str, object] = the_whole()

    def text(self, name: str) -> str:
        """A text field, as it was typed. Raises ``UnexpectedAnswer`` for a value of another type."""
        return Values(SYSTEM, self.raw).text(name)


@dataclass(frozen=True, slots=True)
class EspoTask(EspoRecord):
    """A task of the CRM; its texts are clients' data.

    Source: application/Espo/Modules/Crm/Resources/metadata/entityDefs/Task.json and the core's Notification.json (9.2).
    """

    id: str = of(Values.needed, ID)
    name: str = of(Values.text, NAME, repr=False)
    description: str = of(Values.text, "description", repr=False)
    status: str = of(Values.text, "status")
    deleted: bool = of(Values.flag, DELETED, default=False)

    @property
    def ended(self) -> bool:
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class Webhook(EspoRecord):
    """One registered event. ``secret`` is "" in listings that leave it out; ``GET Webhook/{id}`` has it."""

    id: str = of(Values.needed, ID)
    event: str = of(Values.text, "event")
    url: str = of(Values.text, "url")
    secret: str = of(Values.text, "secretKey", repr=False)
    active: bool = of(lambda values, key: values.get(key) is None or values.flag(key), "isActive", default=True)
    skip_own: bool = of(Values.flag, "skipOwn", default=False)


@dataclass(frozen=True, slots=True)
class EntityStamp(EspoRecord):
    """That a record changed, and when; ``values`` holds what was selected besides."""

    id: str = of(Values.needed, ID)
    modified_at: datetime = of(Values.needed_moment, MODIFIED_AT)
    values: Mapping[str, Any] = the_whole()


@dataclass(frozen=True, slots=True)
class Downloaded:
    size: int  # bytes
    md5: str
    sha256: str
    content_type: str = ""  # what the browser took it for that uploaded it
