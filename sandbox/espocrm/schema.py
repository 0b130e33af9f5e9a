"""What the entities mean for records: definitions as they are at this firm, attributes, metadata."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from sandbox.espocrm.config import AS_DELIVERED, Installed
from sandbox.espocrm.entities import ENTITIES
from sandbox.espocrm.kinds import BOOL, LINK_MULTIPLE, SYSTEM_FIELDS, EntityDef, Field


@cache
def entity_def(entity_type: str, installed: Installed = AS_DELIVERED) -> EntityDef:
    """The definition with the fields of every record, less what is not installed. KeyError: no such entity."""
    missing, changed = installed
    entity, start = ENTITIES[entity_type], entity_type + "."
    others = {name.removeprefix(start): json.loads(each) for name, each in changed if name.startswith(start)}
    here = {name.partition(".")[2] for name in missing if name.startswith(entity_type + ".")}
    return EntityDef(
        {
            name: spec | others.get(name, {})
            for name, spec in (entity.fields | SYSTEM_FIELDS).items()
            if name not in here
        }
        # What the Entity Manager makes of a link with "Link multiple field" ticked (Tools/LinkManager/LinkManager.php)
        | {name: spec for name, spec in others.items() if name in entity.links and name not in entity.fields},
        {name: spec for name, spec in entity.links.items() if name not in here},
    )


@cache
def attributes(entity_type: str, installed: Installed = AS_DELIVERED) -> dict[str, Field]:
    """Attribute name -> its field: what stands in a record (a file field has two attributes, an id and a name)."""
    found: dict[str, Field] = {"id": {"type": "id", "readOnly": True}, "deleted": BOOL | {"readOnly": True}}
    for name, spec in entity_def(entity_type, installed).fields.items():
        if spec["type"] == LINK_MULTIPLE:
            continue  # stored nowhere: see `Links.shown_in`
        if spec["type"] in ("file", "link", "linkParent"):
            found[name + "Id"] = spec | {"field": name}
            if spec["type"] == "linkParent":
                found[name + "Type"] = {"type": "parentType", "field": name} | {"entityList": spec.get("entityList")}
            found[name + "Name"] = spec | {"field": name, "readOnly": True}
            continue
        found[name] = spec | {"field": name}
        if spec["type"] in ("email", "phone"):
            found[name + "Data"] = {"type": "jsonArray", "field": name}
    return found


def metadata(installed: Installed = AS_DELIVERED) -> dict[str, Any]:
    """The part of EspoCRM's metadata that tells which fields and links exist."""
    definitions = {name: entity_def(name, installed) for name in ENTITIES if name not in installed[0]}
    return {
        "entityDefs": {name: {"fields": item.fields, "links": item.links} for name, item in definitions.items()},
        "scopes": {name: {"entity": True, "object": True} for name in ENTITIES},
    }
