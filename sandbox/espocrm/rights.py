"""What the API users may do, out of the setting `espocrm_denied`, in the form in which EspoCRM tells it.

Source: EspoCRM's source, 9.2: Core/Acl/Map/DataBuilder.php (types that may not be read are left out of both tables,
AppService.php).
"""

from __future__ import annotations

from typing import Any

from sandbox.espocrm.config import EspoSettings
from sandbox.espocrm.entities import ENTITIES
from sandbox.espocrm.schema import attributes

ACTIONS = ("create", "read", "edit", "delete", "stream")
SCOPES = (*ENTITIES, "Webhook", "Attachment")
NOBODY = ("Notification.create", "Notification.edit")  # whatever a role says: Resources/metadata/app/acl.json
PERMISSIONS = ("assignmentPermission", "messagePermission")


def acl(settings: EspoSettings) -> dict[str, Any]:
    denied = [*settings.denied, *NOBODY]
    seen = [scope for scope in SCOPES if f"{scope}.read" not in denied]
    table = {scope: {action: "no" if f"{scope}.{action}" in denied else "all" for action in ACTIONS} for scope in seen}
    fields: dict[str, dict[str, dict[str, str]]] = {scope: {} for scope in seen}
    for entry in denied:
        match entry.split("."):
            case [scope, name, _] if scope in fields:
                level = {action: "no" if f"{scope}.{name}.{action}" in denied else "yes" for action in ("read", "edit")}
                fields[scope][name] = level
    return {"table": table, "fieldTable": fields} | {name: "no" if name in denied else "all" for name in PERMISSIONS}


def forbidden(settings: EspoSettings, entity_type: str, action: str) -> set[str]:
    """Attributes of fields that may not be read or edited; what may not be read may not be edited."""
    actions = (action, "read") if action == "edit" else (action,)
    specs = attributes(entity_type)
    return {
        name
        for name, spec in specs.items()
        for each in actions
        if f"{entity_type}.{spec.get('field', name)}.{each}" in settings.denied
    }
