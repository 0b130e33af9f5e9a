"""Kinds of fields and links, in the shape EspoCRM's metadata has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Field = dict[str, Any]
Link = dict[str, Any]

VARCHAR: Field = {"type": "varchar", "maxLength": 255}
TEXT: Field = {"type": "text"}
DATETIME: Field = {"type": "datetime"}
BOOL: Field = {"type": "bool"}
INT: Field = {"type": "int"}
LINK_MULTIPLE = "linkMultiple"  # a link to many that is a field of the form too

SYSTEM_FIELDS: dict[str, Field] = {
    "createdAt": DATETIME | {"readOnly": True},
    "modifiedAt": DATETIME | {"readOnly": True},
    "createdBy": {"type": "link", "readOnly": True},
    "modifiedBy": {"type": "link", "readOnly": True},
    "versionNumber": INT | {"readOnly": True},
}


@dataclass(frozen=True)
class EntityDef:
    fields: dict[str, Field]
    links: dict[str, Link] = field(default_factory=dict)


def varchar(length: int) -> Field:
    return {"type": "varchar", "maxLength": length}


NO_BAD_SIGNS: Field = {"pattern": "$noBadCharacters"}  # as EspoCRM's own names of persons and of tasks


def enum(*options: str) -> Field:
    return {"type": "enum", "options": list(options)}


def many_to_many(entity: str, foreign: str, relation: str) -> Link:
    return {"type": "hasMany", "entity": entity, "foreign": foreign, "relationName": relation}
