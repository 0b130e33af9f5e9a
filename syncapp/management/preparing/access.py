"""Who the hub is in EspoCRM: a role with the rights that it needs, and an API user that has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncapp.clients.espocrm.administration import EspoAdministration
from syncapp.clients.espocrm.types import NOTE, TASK
from syncapp.management.needs import CREATE, Needs
from syncapp.management.preparing.landscape import Landscape
from syncapp.management.preparing.plan import Step

ROLE, USER = "BitByLaw Hub", "bitbylaw-hub"
API_USER: Mapping[str, Any] = {"userName": USER, "type": "api", "authMethod": "ApiKey", "isActive": True}
WEBHOOK = "Webhook"
PERMISSIONS = {TASK: "assignmentPermission", NOTE: "messagePermission"}
ACTIONS = ("create", "read", "edit", "delete", "stream")
_RANKS = ("no", "own", "team", "all", "yes")


def steps(crm: EspoAdministration, needed: Sequence[Needs], there: Landscape) -> Iterator[Step]:
    role = crm.named("Role", "name", ROLE)
    rights = _rights(needed, there)
    types = {needs.entity_type for needs in needed}
    permissions = [name for kind, name in PERMISSIONS.items() if kind in types]
    if role is None:
        new = {"name": ROLE, "data": rights, **dict.fromkeys(permissions, "all")}
        yield Step(f"role {ROLE}: make it, with the rights to {', '.join(rights)}", "make", ("Role", new))
    else:
        yield from _raised(role, rights, permissions)
    user = crm.named("User", "userName", USER)
    if user is None:
        ids = [role["id"]] if role else []
        body: dict[str, object] = {
            "userName": USER,
            "type": "api",
            "authMethod": "ApiKey",
            "isActive": True,
            "rolesIds": ids,
        }
        yield Step(f"API user {USER}: make it, with the role {ROLE}", "make", ("User", body))
    elif user.get("type") != "api":
        yield Step(f"user {USER}: is no API user; rename it")
    elif role is not None and role["id"] not in (user.get("rolesIds") or []):
        roles = [*(user.get("rolesIds") or []), role["id"]]
        yield Step(f"API user {USER}: give it the role {ROLE}", "change", ("User", user["id"], {"rolesIds": roles}))


def _rights(needed: Sequence[Needs], there: Landscape) -> dict[str, Any]:
    rights: dict[str, Any] = {}
    for needs in needed:
        if needs.entity_type == NOTE:
            continue  # everybody may write notes
        name = there.types[needs.entity_type].name
        rights[name] = {action: _level(action, needs.actions) for action in ACTIONS}
    return {**rights, WEBHOOK: True}


def _level(action: str, needed: Sequence[str]) -> str:
    if action not in needed:
        return "no"
    return "yes" if action == CREATE else "all"


def _raised(role: Mapping[str, Any], rights: Mapping[str, Any], permissions: Sequence[str]) -> Iterator[Step]:
    """Nothing is lowered: somebody may have a reason."""
    present = role.get("data") or {}
    data, grown = dict(present), []
    for scope, wanted in rights.items():
        held = present.get(scope)
        if isinstance(wanted, dict):
            before = held if isinstance(held, dict) else {}
            raised = {action: max(before.get(action, "no"), wanted[action], key=_RANKS.index) for action in ACTIONS}
            changed = any(raised[action] != before.get(action, "no") for action in ACTIONS)
        else:
            raised, changed = wanted, held is not True
        if changed:
            data[scope] = raised
            grown.append(scope)
    lacking = [name for name in permissions if role.get(name) != "all"]
    body = {**({"data": data} if grown else {}), **dict.fromkeys(lacking, "all")}
    grown += lacking
    if body:
        yield Step(f"role {ROLE}: give it the rights to {', '.join(grown)}", "change", ("Role", role["id"], body))
