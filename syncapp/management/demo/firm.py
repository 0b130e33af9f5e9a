"""What should be at xAI, told from the sandbox alone: the hub's own tables are not asked. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import PurePath
from typing import Any

Row = dict[str, Any]
PARENTS = ("Raeumungsklage", "CBeteiligte", "Account")
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".mp3", ".mp4"})
UNREADABLE = "unlesbar"  # the sandbox's xAI rejects files with this in their name


class Fate(Enum):
    """What shall become of a document."""

    SEARCHABLE = "clean"
    LEFT_OUT = "no_sync"
    REJECTED = "failed"


@dataclass(frozen=True)
class Firm:
    """Both systems at one moment."""

    crm: Row
    xai: Row

    @cached_property
    def parents(self) -> dict[str, Row]:
        rows = [row for kind in PARENTS for row in self.crm["records"][kind]]
        return {row["id"]: row for row in rows if not row["deleted"] and row["status"] == "active"}

    @cached_property
    def documents(self) -> list[Row]:
        return [row for row in self.crm["records"]["CDokumente"] if not row["deleted"]]

    @cached_property
    def _attachments(self) -> dict[str, Row]:
        return {row["id"]: row for row in self.crm["attachments"]}

    @cached_property
    def _parents_of(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for pairs in self.crm["links"].values():
            for document, parent in pairs:
                if parent in self.parents:
                    found[document].add(parent)
        return found

    @cached_property
    def collections(self) -> dict[str, Row]:
        return {row["collection_id"]: row for row in self.xai["collections"]}

    @cached_property
    def _files(self) -> dict[str, Row]:
        return {row["id"]: row for row in self.xai["files"]}

    def named(self, name: str) -> Row:
        """The live record of that name, document or parent; KeyError when there is none."""
        for row in [*self.documents, *self.parents.values()]:
            if row["name"] == name:
                return row
        raise KeyError(name)

    def content(self, document: Row) -> Row | None:
        return self._attachments.get(document["dokumentId"] or "")

    def fate(self, document: Row) -> Fate:
        """What a person who knows the rules would expect."""
        file = self.content(document)
        if file is None or not file["size"] or not self._parents_of.get(document["id"]):
            return Fate.LEFT_OUT
        if PurePath(file["name"]).suffix.lower() in PICTURES:
            return Fate.LEFT_OUT
        return Fate.REJECTED if UNREADABLE in file["name"].lower() else Fate.SEARCHABLE

    def wanted(self, document: Row) -> set[str]:
        """The collections of its parents."""
        return {self.parents[pk]["xaiCollectionId"] or "" for pk in self._parents_of.get(document["id"], ())}

    def settled(self, document: Row) -> bool:
        """Whether EspoCRM says about the document what is true, and xAI has it accordingly."""
        fate, said = self.fate(document), document["xaiSyncStatus"]
        if said != fate.value:
            return False
        if fate is not Fate.SEARCHABLE:  # in no case is no fault, all else has a reason
            return bool(document["xaiSyncError"]) or not self._parents_of.get(document["id"])
        content, file = self.content(document), self._files.get(document["xaiId"] or "")
        return (
            content is not None
            and file is not None
            and file["sha256"] == content["sha256"]
            and document["xaiSyncedHash"] == content["md5"]
            and set(document["xaiCollections"] or ()) == self.wanted(document)
            and not document["xaiSyncError"]
            and all(self._status(pk, file["id"]) == "DOCUMENT_STATUS_PROCESSED" for pk in self.wanted(document))
        )

    @cached_property
    def placed(self) -> set[tuple[str, str]]:
        """(collection, SHA-256) of everything that is in a collection at xAI."""
        return {
            (row["collection_id"], document["file_metadata"]["hash"])
            for row in self.xai["collections"]
            for document in row["documents"]
        }

    @cached_property
    def places(self) -> set[tuple[str, str]]:
        """(collection, SHA-256) of everything that should be."""
        return {
            (collection, (self.content(document) or {}).get("sha256", ""))
            for document in self.documents
            if self.fate(document) is not Fate.LEFT_OUT
            for collection in self.wanted(document)
        }

    def well_named(self, parent: Row) -> bool:
        """Whether the parent has a collection that bears its name."""
        collection = self.collections.get(parent["xaiCollectionId"] or "")
        return collection is not None and parent["name"] in collection["collection_name"]

    def _status(self, collection: str, file: str) -> str:
        documents = self.collections.get(collection, {}).get("documents", [])
        return next((str(d["status"]) for d in documents if d["file_metadata"]["file_id"] == file), "")
