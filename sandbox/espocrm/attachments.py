"""Attachments: bytes with a name, found by id until the file they belong to is replaced."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sandbox.answers import Answer
from sandbox.espocrm.errors import EspoError, invalid
from sandbox.espocrm.values import new_id, now

DATA_URI = re.compile(r"^data:([\w.+-]+/[\w.+-]+)(?:;[\w=.-]+)*;base64,")


@dataclass
class Attachment:
    id: str
    name: str
    type: str
    content: bytes
    created_at: str
    related_type: str | None = None
    field: str | None = None
    related_id: str | None = None  # what it is the file of, once that is saved (Core/FieldProcessing/File/Saver.php)

    @cached_property
    def md5(self) -> str:
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "deleted": False,
            "type": self.type,
            "size": len(self.content),
            "role": "Attachment",
            "relatedType": self.related_type,
            "field": self.field,
            "createdAt": self.created_at,
        }

    def download(self) -> Answer:
        safe_name = re.sub(r'[\r\n"\\]', "_", self.name).encode("ascii", "replace").decode()
        return Answer(200, self.content, self.type, {"Content-Disposition": f'attachment; filename="{safe_name}"'})


class Attachments:
    def __init__(self) -> None:
        self.items: dict[str, Attachment] = {}

    def add(self, name: str, kind: str, content: bytes, related_type: str = "", field: str = "") -> Attachment:
        item = Attachment(new_id(), name, kind, content, now(), related_type or None, field or None)
        self.items[item.id] = item
        return item

    def get(self, attachment_id: str) -> Attachment | None:
        return self.items.get(attachment_id)

    def require(self, attachment_id: str) -> Attachment:
        if attachment_id not in self.items:
            raise EspoError(404, f"Attachment {attachment_id} not found.")
        return self.items[attachment_id]

    def remove(self, attachment_id: str) -> None:
        self.items.pop(attachment_id, None)

    def upload(self, data: dict[str, Any]) -> Attachment:
        """From the body of `POST Attachment`; EspoError 400 when it is no upload."""
        file = data.get("file")
        found = DATA_URI.match(file) if isinstance(file, str) else None
        if not data.get("name"):
            raise invalid("Attachment", "name", "required")
        if not isinstance(file, str) or not found:
            raise EspoError(400, "Bad file data.")
        if not data.get("field") or not (data.get("relatedType") or data.get("parentType")):
            raise EspoError(400, "No `field` or `relatedType`.")
        try:
            content = base64.b64decode(file[found.end() :], validate=True)
        except binascii.Error as wrong:
            raise EspoError(400, "Bad file data.") from wrong
        related = str(data.get("relatedType") or data.get("parentType"))
        return self.add(str(data["name"]), str(data.get("type") or found[1]), content, related, str(data["field"]))
