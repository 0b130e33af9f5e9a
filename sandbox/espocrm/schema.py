"""What the entities mean for records: definitions less what is not installed, attributes, metadata."""

from __future__ import annotations

from functools import cache
from typing import Any

from sandbox.espocrm.entities import ENTITIES
from sandbox.espocrm.kinds import BOOL, SYSTEM_FIELDS, VARCHAR, EntityDef, Field


@cache
def entity_def(entity_type: str, missing: frozenset[str] = frozenset()) -> EntityDef:
    """The definition with the fields of every record, less what is not installed. KeyError: no such entity."""
    entity = ENTITIES[entity_type]
    here = {name.partition(".")[2] for name in missing if name.startswith(entity_type + ".")}
    return EntityDef(
        {name: spec for name, spec in (entity.fields | SYSTEM_FIELDS).items() if name not in here},
        {name: spec for name, spec in entity.links.items() if name not in here},
    )


@cache
def attributes(entity_type: str, missing: frozenset[str] = frozenset()) -> dict[str, Field]:
    """Attribute name -> its field: what stands in a record (a file field has two attributes, an id and a name)."""
    found: dict[str, Field] = {"id": {"type": "id", "readOnly": True}, "deleted": BOOL | {"readOnly": True}}
    for name, spec in entity_def(entity_type, missing).fields.items():
        if spec["type"] in ("file", "link", "linkParent"):
            found[name + "Id"] = spec | {"field": name}
            if spec["type"] == "linkParent":
                found[name + "Type"] = VARCHAR | {"field": name}
            found[name + "Name"] = spec | {"field": name, "readOnly": True}
            continue
        found[name] = spec | {"field": name}
        if spec["type"] in ("email", "phone"):
            found[name + "Data"] = {"type": "jsonArray", "field": name}
    return found


def metadata(missing: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The part of EspoCRM's metadata that tells which fields and links exist."""
    definitions = {name: entity_def(name, missing) for name in ENTITIES}
    return {
        "entityDefs": {name: {"fields": item.fields, "links": item.links} for name, item in definitions.items()},
        "scopes": {name: {"entity": True, "object": True} for name in ENTITIES},
    }
