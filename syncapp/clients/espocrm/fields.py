"""The one place that knows how an installation names its entities and fields.

Defaults are the firm's. What must exist is checked at start (``check_connections``) against the metadata; the optional
ones are written only where the metadata has them: EspoCRM ignores unknown fields in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

ID = "id"
NAME = "name"
DELETED = "deleted"
MODIFIED_AT = "modifiedAt"
VERSION = "versionNumber"


@dataclass(frozen=True, slots=True)
class Fields:
    document_entity: str = "CDokumente"
    file: str = "dokument"  # the file field; its id and name are attributes of their own
    md5: str = "md5sum"
    sha256: str = "sha256"
    file_status: str = "fileStatus"
    old_file_status: str = "dateiStatus"  # before the rename, with German values
    xai_id: str = "xaiId"
    xai_collections: str = "xaiCollections"
    xai_synced_hash: str = "xaiSyncedHash"
    xai_status: str = "xaiSyncStatus"
    xai_error: str = "xaiSyncError"
    sync_status: str = "syncStatus"
    sync_error: str = "syncError"
    sync_failed_at: str = "syncFailedAt"
    collection_id: str = "xaiCollectionId"  # on every parent of documents
    parent_status: str = "status"
    synced_at: str = "lastSync"  # on what is joined by an entity of its own, and on that entity
    member_parent: str = "parent"  # the two links of such an entity
    member_document: str = "document"
    party_entity: str = "CBeteiligte"
    party_company: str = "firmenname"
    party_number: str = "betnr"
    party_mails: str = "emailAddressData"
    party_phones: str = "phoneNumberData"
    party_row_id: str = "advowareRowId"
    party_synced_at: str = "advowareLastSync"
    party_contact_hash: str = "kommunikationHash"
    party_error: str = "syncErrorMessage"
    party_retries: str = "syncRetryCount"
    party_next_retry: str = "syncNextRetry"
    party_reset_at: str = "syncAutoResetAt"
    party_accounts: str = "cBankverbindungens"  # the link to its bank accounts, where the metadata names none
    party_address: tuple[str, str, str] = ("addressStreet", "addressPostalCode", "addressCity")
    bank_entity: str = "CBankverbindungen"
    bank_party: str = "beteiligteId"
    bank_link: str = "beteiligte"  # the same link
    iban: str = "iban"
    bank_active: str = "istAktiv"
    bank_default: str = "istStandard"
    bank_remote_id: str = "advowareKontoId"
    assigned_user: str = "assignedUserId"

    @property
    def party_optional(self) -> tuple[str, ...]:
        """What the hub notes of the sync at a party; left out where the CRM lacks the field."""
        return (
            self.party_row_id,
            self.party_synced_at,
            self.party_contact_hash,
            self.sync_status,
            self.party_error,
            self.party_retries,
            self.party_next_retry,
            self.party_reset_at,
        )

    @property
    def file_id(self) -> str:
        return f"{self.file}Id"

    @property
    def file_name(self) -> str:
        return f"{self.file}Name"

    @property
    def document_required(self) -> tuple[str, ...]:
        """Fields without which documents can't be synced."""
        return (NAME, self.file, self.xai_id, self.xai_collections, self.xai_synced_hash, self.xai_status)

    @property
    def document_optional(self) -> tuple[str, ...]:
        return (
            self.md5,
            self.sha256,
            self.file_status,
            self.old_file_status,
            self.xai_error,
            self.sync_status,
            self.sync_error,
            self.sync_failed_at,
        )

    @property
    def document_select(self) -> tuple[str, ...]:
        """Attributes, not fields, of which an ``EspoDocument`` is made."""
        needed = (*self.document_required, *self.document_optional)
        attributes = tuple(name for name in needed if name not in (NAME, self.file))
        return (ID, NAME, DELETED, MODIFIED_AT, VERSION, self.file_id, self.file_name, *attributes)

    @property
    def parent_select(self) -> tuple[str, ...]:
        """EspoCRM takes no notice of what a type does not have."""
        status = (self.parent_status, self.collection_id, self.sync_status, self.synced_at)
        return (ID, NAME, DELETED, MODIFIED_AT, *status, self.party_company)

    @property
    def member_select(self) -> tuple[str, ...]:
        joined = (f"{self.member_parent}Id", f"{self.member_document}Id")
        return (ID, DELETED, *joined, self.xai_id, self.xai_synced_hash, self.sync_status, self.synced_at)

    def required(self, entity_type: str) -> tuple[str, ...]:
        """Fields that must exist; a type that is no document is judged as a parent of documents."""
        return self.document_required if entity_type == self.document_entity else (self.collection_id,)

    def optional(self, entity_type: str) -> tuple[str, ...]:
        return self.document_optional if entity_type == self.document_entity else (NAME, self.parent_status)


FIELDS = Fields()
