"""What the API users may do, out of the setting `espocrm_denied`, in the form in which EspoCRM tells it; those that an
administrator made, also out of their roles: what no role grants is denied.

Source: EspoCRM's source, 9.2: Core/Acl/Map/DataBuilder.php (types that may not be read are left out of both tables,
AppService.php), Resources/metadata/app/acl.json (`strictDefault`, `permissionsStrictDefaults`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.espocrm.config import EspoSettings
from sandbox.espocrm.entities import ENTITIES
from sandbox.espocrm.errors import EspoError
from sandbox.espocrm.records import Actor
from sandbox.espocrm.schema import attributes

ACTIONS = ("create", "read", "edit", "delete", "stream")
SCOPES = (*ENTITIES, "Webhook", "Attachment")
NOBODY = ("Notification.create", "Notification.edit")  # whatever a role says: Resources/metadata/app/acl.json
PERMISSIONS = ("assignmentPermission", "messagePermission")
LINKS = ("link", "linkParent")
# A role has these scopes; of the others everybody has the same (`mandatory`).
OF_ROLES = (*(name for name in ENTITIES if name not in ("Note", "Notification")), "Webhook")


def denied(settings: EspoSettings, actor: Actor) -> list[str]:
    return [*settings.denied, *actor.denied, *NOBODY]


def not_granted(roles: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[str]:
    """What none of the roles grants; `names`: how entity types are called outside of the sandbox."""
    held = list(roles)
    for scope in OF_ROLES:
        levels = [(role.get("data") or {}).get(names.get(scope, scope)) for role in held]
        for action in ACTIONS:
            if not any(each is True or (isinstance(each, dict) and each.get(action, "no") != "no") for each in levels):
                yield f"{scope}.{action}"
    yield from (name for name in PERMISSIONS if all(role.get(name) in (None, "no", "not-set") for role in held))


def acl(settings: EspoSettings, actor: Actor) -> dict[str, Any]:
    refused = denied(settings, actor)
    seen = [scope for scope in SCOPES if f"{scope}.read" not in refused]
    table = {scope: {action: "no" if f"{scope}.{action}" in refused else "all" for action in ACTIONS} for scope in seen}
    fields: dict[str, dict[str, dict[str, str]]] = {scope: {} for scope in seen}
    for entry in refused:
        match entry.split("."):
            case [scope, name, _] if scope in fields:
                level = {
                    action: "no" if f"{scope}.{name}.{action}" in refused else "yes" for action in ("read", "edit")
                }
                fields[scope][name] = level
    return {"table": table, "fieldTable": fields} | {name: "no" if name in refused else "all" for name in PERMISSIONS}


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


def check_links(
    settings: EspoSettings, actor: Actor, entity_type: str, data: Mapping[str, Any], before: Mapping[str, Any]
) -> None:
    """Who links a record must be allowed to read it (Core/Record/Access/LinkCheck.php, and seen at 9.2.7), and to
    assign to others (Core/Record/Service.php)."""
    refused = denied(settings, actor) if actor.is_api else []
    for name, spec in attributes(entity_type, settings.installed).items():
        value = data.get(name)
        if not name.endswith("Id") or not value or value == before.get(name) or spec["type"] not in LINKS:
            continue
        link = spec["field"]
        target = str(data.get(f"{link}Type")) if spec["type"] == "linkParent" else _other_side(entity_type, link)
        if f"{target}.read" in refused:
            raise EspoError(403, f"No foreign record access for link operation ({entity_type}:{link}).")
        if name == "assignedUserId" and value != actor.id and "assignmentPermission" in refused:
            raise EspoError(403, "Assignment failure: assigned user or team not allowed.")


def _other_side(entity_type: str, link: str) -> str:
    return str(ENTITIES[entity_type].links.get(link, {}).get("entity", ""))
