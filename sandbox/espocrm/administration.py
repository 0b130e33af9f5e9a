"""What EspoCRM's administration pages call, with an administrator's login: entity types, fields, links, roles, users.

Only what this firm has can be made, and then it is as the firm has it, but for what the call says of options, length
and being required. Source: EspoCRM's source, 9.2 (Tools/EntityManager, Tools/FieldManager, Tools/LinkManager), and
answers of a running 9.2.7, whose words these are.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.espocrm.auth import ApiUser, Guard
from sandbox.espocrm.config import ADMIN, ADMIN_PASSWORD, EspoSettings
from sandbox.espocrm.entities import ENTITIES
from sandbox.espocrm.errors import EspoError, espo_answer
from sandbox.espocrm.kinds import SYSTEM_FIELDS
from sandbox.espocrm.records import Actor
from sandbox.espocrm.rights import OF_ROLES, not_granted
from sandbox.espocrm.schema import entity_def
from sandbox.espocrm.values import new_id

Body = dict[str, Any]
STOCK = ("Account", "Task", "Note", "Notification", "User")
TEMPLATES = {"CBeteiligte": "Person"}
PERSONS = ("salutationName", "firstName", "lastName", "emailAddress", "phoneNumber")  # come with the template Person
EVERYBODYS = ("name", "description", "assignedUser")
_PREFIXED = re.compile(r"[Cc][A-Z]")


class Administration:
    def __init__(self, settings: EspoSettings, guard: Guard) -> None:
        self._settings, self._guard = settings, guard
        self._made: dict[str, dict[str, Body]] = {"Role": {}, "User": {}}
        self._versions: set[str] = set()
        self._created: dict[str, set[str]] = {}  # fields, by the firm's types
        self._layouts: dict[str, list[Any]] = {}
        guard.denied = self._denied

    def reset(self) -> None:
        self._made = {"Role": {}, "User": {}}
        self._versions.clear()
        self._created.clear()
        self._layouts.clear()

    def concerns(self, request: Request) -> bool:
        """Whether somebody logs in with name and password: the hub's API user never does."""
        return request.headers.get("Authorization", "").startswith("Basic ")

    def answer(self, request: Request, path: str) -> Answer:
        try:
            login = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
            if login != f"{ADMIN}:{ADMIN_PASSWORD}":
                raise EspoError(401)
            body = json.loads(request.get_data() or b"{}")
            return self._route(request, path.strip("/").split("/"), body)
        except EspoError as refusal:
            return refusal.answer()

    def _route(self, request: Request, parts: list[str], body: Any) -> Answer:
        match [request.method, *parts]:
            case ["GET", "Settings"]:
                return espo_answer({"customPrefixDisabled": not self._settings.prefixes})
            case ["GET", "Metadata"]:
                return self._metadata(request.args.get("key", ""))
            case ["POST", "EntityManager", "action", "createEntity"]:
                return espo_answer({"name": self._create_type(body)})
            case ["POST", "EntityManager", "action", "updateEntity"]:
                self._there(body["name"])
                if body.get("optimisticConcurrencyControl"):
                    self._versions.add(body["name"])
                return espo_answer(True)
            case ["POST", "Admin", "fieldManager", entity_type]:
                return espo_answer(self._create_field(self._there(entity_type), body))
            case ["PUT", "Admin", "fieldManager", entity_type, name]:
                if "type" not in body:
                    raise EspoError(500)
                return espo_answer(self._change_field(self._there(entity_type), name, body))
            case ["POST", "EntityManager", "action", "createLink"]:
                self._create_link(body)
                return espo_answer(True)
            case ["GET", there, "layout", "detail"]:
                return espo_answer(self._layout(self._there(there)))
            case ["PUT", there, "layout", "detail"]:
                self._layouts[self._there(there)] = body
                return espo_answer(body)
            case ["GET", "Role" | "User" as kind]:
                wanted = (request.args.get("where[0][attribute]", ""), request.args.get("where[0][value]", ""))
                found = [row for row in self._made[kind].values() if row.get(wanted[0]) == wanted[1]]
                return espo_answer({"total": len(found), "list": found})
            case ["POST", "Role" | "User" as kind]:
                return espo_answer(self._record(kind, new_id(), body))
            case ["GET" | "PUT", "Role" | "User" as kind, key] if key in self._made[kind]:
                return espo_answer(self._record(kind, key, body))
        raise EspoError(404, "No such route.")

    # Names: a type of the firm is there under its own name or under the one that EspoCRM made of it

    def _ours(self, there: str) -> str:
        back = {new: name for name, new in self._settings.renamed.items() if "." not in name}
        return back.get(there, there)

    def _there(self, there: str) -> str:
        entity_type = self._ours(there)
        if entity_type not in ENTITIES or entity_type in self._settings.missing:
            raise EspoError(500, f"Entity type {there} is not customizable.")
        return entity_type

    def _new(self, name: str, letter: str) -> str:
        return letter + name[:1].upper() + name[1:] if self._settings.prefixes else name

    def _known(self, entity_type: str, there: str) -> str:
        """The firm's name of a field or link that EspoCRM calls so."""
        ours = {new: name for name, new in self._settings.renamed.items() if name.startswith(entity_type + ".")}
        return ours.get(there, f"{entity_type}.{there}").partition(".")[2]

    def _named(self, entity_type: str, asked: str) -> tuple[str, str]:
        """The firm's name of what is asked for, and the one that EspoCRM gives it."""
        there = self._new(asked, "c") if entity_type in STOCK else asked
        firms = entity_def(entity_type)
        return asked if asked in firms.fields or asked in firms.links else there, there

    def _create_type(self, body: Body) -> str:
        there = self._new(body["name"], "C")
        ours = next((name for name in (there, body["name"]) if name in ENTITIES), "")
        if not ours:
            raise EspoError(500, f"The sandbox has no {there}.")
        if ours not in self._settings.missing:
            raise EspoError(409, f"Name '{there}' is already used.")
        if body["type"] != TEMPLATES.get(ours, "Base"):
            raise EspoError(500, f"Type '{body['type']}' does not exist.")
        brought = (*EVERYBODYS, *SYSTEM_FIELDS, *(PERSONS if body["type"] == "Person" else ()))
        firms = entity_def(ours)
        later = [f"{ours}.{name}" for name in (*firms.fields, *firms.links) if name not in brought]
        self._settings.missing[:] = [*(name for name in self._settings.missing if name != ours), *later]
        if body["type"] == "Person":
            self._settings.changed |= {
                f"{ours}.lastName": {"required": True},
                f"{ours}.salutationName": {"options": ["", "Mr.", "Ms.", "Mrs.", "Dr."]},
            }
        if there != ours:
            self._settings.renamed[ours] = there
        return there

    def _create_field(self, entity_type: str, body: Body) -> Body:
        ours, there = self._named(entity_type, body["name"])
        if f"{entity_type}.{ours}" not in self._settings.missing:
            raise EspoError(409, f"Field '{there}' already exists in '{entity_type}'.")
        if body["type"] != entity_def(entity_type).fields[ours]["type"]:
            raise EspoError(500, f"The firm's {entity_type}.{ours} is no {body['type']}.")
        self._installed(entity_type, ours, there)
        self._created.setdefault(entity_type, set()).add(there)
        return self._change_field(entity_type, there, body)

    def _change_field(self, entity_type: str, there: str, body: Body) -> Body:
        said: Body = {name: body[name] for name in ("options", "maxLength", "required") if name in body}
        self._settings.changed[f"{entity_type}.{self._known(entity_type, there)}"] = said
        return body

    def _layout(self, entity_type: str) -> list[Any]:
        """As delivered it shows the name, and nothing that was made later; the firm's own is not known here."""
        return self._layouts.get(entity_type, [{"label": "", "rows": [[{"name": "name"}, False]]}])

    def _create_link(self, body: Body) -> None:
        if "relationName" not in body:
            raise EspoError(500)
        near, far = self._there(body["entity"]), self._there(body["entityForeign"])
        links = entity_def(near).links
        ours = next((name for name, link in links.items() if link["entity"] == far and link.get("foreign")), "")
        if f"{near}.{ours}" not in self._settings.missing:
            raise EspoError(409, f"Link {near}::{body['link']} already exists.")
        foreign = str(links[ours]["foreign"])
        self._installed(near, ours, self._new(body["link"], "c") if near in STOCK else body["link"])
        self._installed(far, foreign, self._new(body["linkForeign"], "c") if far in STOCK else body["linkForeign"])

    def _installed(self, entity_type: str, ours: str, there: str) -> None:
        name = f"{entity_type}.{ours}"
        self._settings.missing[:] = [each for each in self._settings.missing if each != name]
        if there != ours:
            self._settings.renamed[name] = there

    def _metadata(self, key: str) -> Answer:
        kind, _, there = key.partition(".")
        entity_type = self._ours(there)
        hidden = self._settings.renamed.get(entity_type, there) != there
        if entity_type not in ENTITIES or entity_type in self._settings.missing or hidden:
            return Answer(200, b"", "application/json")
        if kind == "scopes":
            return espo_answer({"entity": True, "isCustom": entity_type not in STOCK})
        found = entity_def(entity_type, self._settings.installed)
        new = {
            name: self._settings.renamed.get(f"{entity_type}.{name}", name) for name in (*found.fields, *found.links)
        }
        links = {
            new[name]: link | {"entity": self._settings.renamed.get(link["entity"], link["entity"])}
            for name, link in found.links.items()
        }
        created = self._created.get(entity_type, ())
        fields = {
            new[name]: spec | ({"isCustom": True} if new[name] in created else {})
            for name, spec in found.fields.items()
        }
        return espo_answer(
            {"fields": fields, "links": links, "optimisticConcurrencyControl": there in self._versions or None}
        )

    def _record(self, kind: str, key: str, body: Body) -> Body:
        if kind == "Role" and any(self._ours(scope) not in OF_ROLES for scope in body.get("data") or ()):
            raise EspoError(400)
        row = self._made[kind].setdefault(key, {"id": key})
        row |= body
        if kind == "User" and row.get("type") == "api" and "apiKey" not in row:
            row["apiKey"] = secrets.token_hex(16)
            self._guard.made.append(ApiUser(Actor(key, str(row["userName"]), is_api=True), row["apiKey"], ""))
        return row

    def _denied(self, user_id: str) -> frozenset[str]:
        roles = self._made["User"].get(user_id, {}).get("rolesIds") or []
        held = [self._made["Role"][key] for key in roles if key in self._made["Role"]]
        return frozenset(not_granted(held, self._settings.renamed))
