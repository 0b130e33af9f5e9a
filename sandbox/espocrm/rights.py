"""What the API users may do, out of the setting `espocrm_denied`, in the form in which EspoCRM tells it; those that an
administrator made, also out of their roles: what no role grants is denied.

Source: EspoCRM's source, 9.2: Core/Acl/Map/DataBuilder.php (types that may not be read are left out of both tables,
AppService.php), Resources/metadata/app/acl.json (`strictDefault`, `permissionsStrictDefaults`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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


def hidden(settings: EspoSettings, actor: Actor, entity_type: str) -> set[str]:
    """What a list may not be asked by: attributes, and links to what may not be read."""
    refused = denied(settings, actor)
    links = ENTITIES[entity_type].links.items()
    unseen = {
        name for name, link in links if f"{entity_type}.{name}.read" in refused or f"{link['entity']}.read" in refused
    }
    return forbidden(settings, entity_type, "read") | unseen


def told(metadata: Mapping[str, Any], refused: Collection[str]) -> dict[str, Any]:
    """What a user is told of the metadata: neither types that may not be read, nor links to them, but for those that
    are fields too and may be read (Tools/App/MetadataService.php, 9.2)."""

    def seen(entity_type: str) -> bool:
        return f"{entity_type}.read" not in refused

    def field_told(spec: Mapping[str, Any]) -> Mapping[str, Any]:
        if spec["type"] != "linkParent" or not isinstance(spec.get("entityList"), list):
            return spec
        return {**spec, "entityList": [each for each in spec["entityList"] if seen(each)]}

    definitions = {}
    for name, found in metadata["entityDefs"].items():
        if not seen(name):
            continue
        fields = found["fields"]
        left_out = {
            link
            for link, to in found["links"].items()
            if not seen(to["entity"]) and (link not in fields or f"{name}.{link}.read" in refused)
        }
        definitions[name] = {
            "fields": {each: field_told(spec) for each, spec in fields.items() if each not in left_out},
            "links": {link: to for link, to in found["links"].items() if link not in left_out},
        }
    scopes = {name: scope for name, scope in metadata["scopes"].items() if seen(name)}
    return {**metadata, "entityDefs": definitions, "scopes": scopes}


def check_links(
    settings: EspoSettings,
    actor: Actor,
    entity_type: str,
    data: Mapping[str, Any],
    before: Mapping[str, Any],
    exists: Callable[[str, str], bool],
) -> None:
    """What is linked must be there, who links it must be allowed to read it (Core/Record/Access/LinkCheck.php, and seen
    at 9.2.7), and to assign to others (Core/Record/Service.php)."""
    refused = denied(settings, actor) if actor.is_api else []
    for name, spec in attributes(entity_type, settings.installed).items():
        value = data.get(name)
        if not name.endswith("Id") or not value or value == before.get(name) or spec["type"] not in LINKS:
            continue
        link = spec["field"]
        target = str(data.get(f"{link}Type")) if spec["type"] == "linkParent" else _other_side(entity_type, link)
        if target in ENTITIES and not exists(target, str(value)):
            raise _nothing_there(entity_type, link)
        if f"{target}.read" in refused:
            raise EspoError(403, f"No foreign record access for link operation ({entity_type}:{link}).")
        if name == "assignedUserId" and value != actor.id and "assignmentPermission" in refused:
            raise EspoError(403, "Assignment failure: assigned user or team not allowed.")
    users = data.get("usersIds") if entity_type == "Note" else ()
    if not all(exists("User", str(each)) for each in users or ()):
        raise _nothing_there(entity_type, "users")


def _nothing_there(entity_type: str, link: str) -> EspoError:
    return EspoError(403, f"Can't relate with non-existing record. entity type: {entity_type}, link: {link}.")


def _other_side(entity_type: str, link: str) -> str:
    return str(ENTITIES[entity_type].links.get(link, {}).get("entity", ""))
