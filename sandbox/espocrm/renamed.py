"""An EspoCRM that calls things otherwise than this firm: the setting `espocrm_renamed`, applied at the REST API's edge.

`{"CDokumente": "Akt", "CDokumente.xaiId": "kiDatei"}`: inside the sandbox all keep their names; what comes and goes
bears the others. Who asks by a name that has another one is told what EspoCRM tells of what it does not know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.espocrm.config import EspoSettings
from sandbox.espocrm.entities import ENTITIES
from sandbox.espocrm.errors import php_json
from sandbox.espocrm.schema import attributes, entity_def

Inside = Callable[[Request, str, str], Answer]
UNKNOWN = "Unknown"
_ATTRIBUTE = re.compile(r"where\[.+\]\[attribute\]")
_TYPES = ("parentType", "relatedType")


class Renamed:
    def __init__(self, settings: EspoSettings, inside: Inside) -> None:
        self._settings, self._inside = settings, inside

    def answer(self, request: Request, path: str) -> Answer:
        if not self._settings.renamed:
            return self._inside(request, path, path)
        entity, *rest = path.strip("/").split("/")
        entity = self._back(self._types()).get(entity, entity)
        rows = entity
        if len(rest) == 2 and entity in ENTITIES:
            rest[1] = self._back(self._links(entity)).get(rest[1], rest[1])
            link = entity_def(entity).links.get(rest[1])
            rows = str(link["entity"]) if link else entity
        inside = self._inside(self._asked(request, rows), "/".join((entity, *rest)), path)
        return self._told(inside, entity, rows, request.args.get("key", ""))

    # What comes in

    def _asked(self, request: Request, rows: str) -> Request:
        back = self._back(self._attributes(rows))
        asked = back | self._back(self._links(rows)) if rows in ENTITIES else back  # a condition may be about a link
        query = [(key, self._query(key, value, asked)) for key, value in parse_qsl(request.query_string.decode(), True)]
        environ = request.environ | {"QUERY_STRING": urlencode(query)}
        body = request.get_data()
        if request.mimetype == "application/json" and body.startswith(b"{"):
            sent = {back.get(name, name): value for name, value in json.loads(body).items()}
            back_types = self._back(self._types())
            for name in (*_TYPES, "event"):
                if isinstance(sent.get(name), str):
                    first, dot, action = sent[name].partition(".")
                    sent[name] = back_types.get(first, first) + dot + action
            body = json.dumps(sent).encode()
        # The cached parts of the old request must not come along.
        environ = {key: value for key, value in environ.items() if not key.startswith("werkzeug.")}
        return Request(environ | {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})

    def _query(self, key: str, value: str, back: Mapping[str, str]) -> str:
        if key == "select":
            return ",".join(back.get(name, name) for name in value.split(","))
        if key == "searchParams":
            return json.dumps(_renamed(json.loads(value), back))
        if key == "orderBy" or _ATTRIBUTE.fullmatch(key):
            return back.get(value, value)
        if key == "key":
            return ".".join(self._back(self._types()).get(part, part) for part in value.split("."))
        return value

    # What goes out

    def _told(self, answer: Answer, entity: str, rows: str, key: str) -> Answer:
        reason = answer.headers.get("X-Status-Reason")
        for ours, theirs in self._attributes(rows).items() if reason else ():
            reason = re.sub(rf"\bfield: {ours}\b", f"field: {theirs}", reason or "")
        answer.headers |= {"X-Status-Reason": reason} if reason else {}
        if not answer.body or answer.status >= 300 or answer.content_type != "application/json":
            return answer
        data = json.loads(answer.body)
        if entity == "Metadata":
            data = self._definition(data, key.split(".")[-1]) if isinstance(data, dict) else data
        elif entity == "App":
            data["acl"] = self._rights(data["acl"])
        elif isinstance(data, dict) and "list" in data:
            data["list"] = [self._row(row, rows) for row in data["list"]]
        elif isinstance(data, dict):
            data = self._row(data, rows)
        answer.body = php_json(data)
        return answer

    def _row(self, row: Mapping[str, Any], entity: str) -> dict[str, Any]:
        there = {self._attributes(entity).get(name, name): value for name, value in row.items()}
        for name in (*_TYPES, "event"):
            if isinstance(there.get(name), str):
                first, dot, action = there[name].partition(".")
                there[name] = self._types().get(first, first) + dot + action
        return there

    def _rights(self, acl: Mapping[str, Any]) -> dict[str, Any]:
        table = {self._types().get(name, name): level for name, level in acl["table"].items()}
        fields = {
            self._types().get(entity, entity): {self._fields(entity).get(name, name): may for name, may in each.items()}
            for entity, each in acl["fieldTable"].items()
        }
        return {**acl, "table": table, "fieldTable": fields}

    def _definition(self, found: Mapping[str, Any], theirs: str) -> dict[str, Any]:
        entity = self._back(self._types()).get(theirs, theirs)
        fields = {self._fields(entity).get(name, name): spec for name, spec in found.get("fields", {}).items()}
        links = {}
        for name, link in found.get("links", {}).items():
            foreign = self._links(link["entity"]).get(link.get("foreign", ""), link.get("foreign", ""))
            shown = link | {"entity": self._types().get(link["entity"], link["entity"]), "foreign": foreign}
            links[self._links(entity).get(name, name)] = shown
        return {"fields": fields, "links": links}

    # Names: inside to outside

    def _types(self) -> dict[str, str]:
        return {name: new for name, new in self._settings.renamed.items() if "." not in name}

    def _fields(self, entity: str) -> dict[str, str]:
        start = entity + "."
        return {name.removeprefix(start): new for name, new in self._settings.renamed.items() if name.startswith(start)}

    _links = _fields

    def _attributes(self, entity: str) -> dict[str, str]:
        new = self._fields(entity)
        known = attributes(entity) if entity in ENTITIES else {}
        links = ENTITIES[entity].links if entity in ENTITIES else {}
        shown = {name + ending: new[name] + ending for name in links.keys() & new for ending in ("Ids", "Names")}
        return shown | {
            name: new[spec["field"]] + name.removeprefix(spec["field"])
            for name, spec in known.items()
            if spec.get("field") in new
        }

    @staticmethod
    def _back(table: Mapping[str, str]) -> dict[str, str]:
        """Outside to inside; an inside name that has another one outside means nothing there."""
        return {name: UNKNOWN + name for name in table} | {new: name for name, new in table.items()}


def _renamed(asked: Any, back: Mapping[str, str], key: str = "") -> Any:
    """A list that is asked for as JSON: the names in `select` and `orderBy`, and in conditions however deep."""
    if isinstance(asked, dict):
        return {name: _renamed(value, back, name) for name, value in asked.items()}
    if isinstance(asked, list):
        return [_renamed(value, back, key if key == "select" else "") for value in asked]
    return back.get(asked, asked) if key in ("select", "orderBy", "attribute") else asked
