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
    def with_documents(self) -> list[Row]:
        """Parents that need a collection."""
        ids = set().union(*(self._parents_of.get(document["id"], ()) for document in self.documents))
        return [self.parents[pk] for pk in sorted(ids)]

    @cached_property
    def _attached(self) -> set[tuple[str, str, str, str]]:
        """Collection, id, SHA-256 and status of every file that is in a collection at xAI."""
        return {
            (row["collection_id"], file["file_metadata"]["file_id"], file["file_metadata"]["hash"], file["status"])
            for row in self.xai["collections"]
            for file in row["documents"]
        }

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
        content, wanted = self.content(document) or {}, self.wanted(document)
        there = {(pk, document["xaiId"], content["sha256"], "DOCUMENT_STATUS_PROCESSED") for pk in wanted}
        return (
            there <= self._attached
            and document["xaiSyncedHash"] == content["md5"]
            and set(document["xaiCollections"] or ()) == wanted
            and not document["xaiSyncError"]
        )

    @cached_property
    def placed(self) -> set[tuple[str, str]]:
        """(collection, SHA-256) of everything that is in a collection at xAI."""
        return {(collection, sha) for collection, _id, sha, _status in self._attached}

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
        names = {row["collection_id"]: str(row["collection_name"]) for row in self.xai["collections"]}
        return parent["name"] in names.get(parent["xaiCollectionId"] or "", "")
