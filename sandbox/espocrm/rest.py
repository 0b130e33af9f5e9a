"""EspoCRM's REST API below `/api/v1/`: records, lists, links; the rest in their own modules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.espocrm import contacts, filters, rights
from sandbox.espocrm.auth import Guard
from sandbox.espocrm.config import EspoSettings
from sandbox.espocrm.errors import EspoError, espo_answer
from sandbox.espocrm.links import Links
from sandbox.espocrm.records import Actor, Record, Records
from sandbox.espocrm.schema import attributes, metadata
from sandbox.espocrm.webhook_api import WebhookApi
from sandbox.espocrm.webhooks import WebhookQueue

MAX_SIZE = 200
LONGEST_TEXT = 10_000  # that is selected (Core/Record/Service.php)
LONGEST_LINE = 8190  # of a request; nginx and Apache as delivered refuse longer ones (observed before a 9.2.7)
VERSION = "9.2.7"


class RestApi:
    def __init__(
        self, settings: EspoSettings, guard: Guard, records: Records, links: Links, webhooks: WebhookQueue
    ) -> None:
        self.settings = settings
        self.guard = guard
        self.records = records
        self.links = links
        self.webhook_api = WebhookApi(webhooks)

    def answer(self, request: Request, path: str, signed: str) -> Answer:
        """`signed`: the path as the caller knows it."""
        try:
            if len(f"{request.method} {request.environ['REQUEST_URI']} HTTP/1.1") > LONGEST_LINE:
                raise EspoError(414, None)
            if self.settings.maintenance:
                raise EspoError(503, "Maintenance mode is on.")
            actor = self.guard.identify(request, signed)
            return self.route(request, path.strip("/").split("/"), actor)
        except EspoError as refusal:
            return refusal.answer()

    def route(self, request: Request, parts: list[str], actor: Actor) -> Answer:
        method = "PUT" if request.method == "PATCH" else request.method
        match [method, *parts]:
            case ["GET", "App", "user"]:
                user = {"id": actor.id, "userName": actor.name, "type": "api"}
                return espo_answer(
                    {"user": user, "acl": rights.acl(self.settings, actor), "settings": {"version": VERSION}}
                )
            case ["GET", "Metadata"]:
                return self.metadata(request.args.get("key", ""), actor)
            case [_, "Webhook", *rest]:
                self.allow(actor, "Webhook", "read" if method == "GET" else "edit")
                return self.webhook_api.answer(
                    method, rest, self.body(request) if method in ("POST", "PUT") else {}, actor
                )
            case [_, "Attachment", *rest]:
                return self.attachment(request, method, rest, actor)
            case ["GET", entity_type]:
                self.allow(actor, entity_type, "read")
                return self.listing(request, entity_type, self.records.table(entity_type).values())
            case ["POST", entity_type]:
                return self.create(request, entity_type, actor)
            case ["POST", entity_type, "action", "restoreDeleted"]:
                raise EspoError(403, "Only administrators restore records.")
            case [_, entity_type, record_id]:
                return self.record(request, method, entity_type, record_id, actor)
            case [_, entity_type, record_id, link]:
                return self.link(request, method, entity_type, record_id, link, actor)
        raise EspoError(404, "No such route.")

    def allow(self, actor: Actor, entity_type: str, action: str) -> None:
        if actor.is_api and f"{entity_type}.{action}" in rights.denied(self.settings, actor):
            raise EspoError(403, f"No {action} access.")

    def body(self, request: Request) -> dict[str, Any]:
        if request.mimetype != "application/json":
            raise EspoError(400, "Content-Type must be application/json.")
        try:
            data = json.loads(request.get_data())
        except ValueError as wrong:
            raise EspoError(400, "Bad JSON body.") from wrong
        if not isinstance(data, dict):
            raise EspoError(400, "Bad JSON body.")
        return data

    def whole(self, entity_type: str, record: Record) -> Record:
        """One record by itself, after a write too (Core/Record/Service.php: loadAdditionalFields)."""
        found = self.shown(entity_type, record)
        for link in self.readable_links(entity_type):
            found |= self.links.shown(entity_type, record["id"], link)
        return found

    def listed(self, entity_type: str, record: Record, select: Sequence[str]) -> Record:
        """A row of a list: what is linked only where it is selected, and then by ids and names; texts that are selected
        are cut (all observed on 9.2)."""
        found = self.shown(entity_type, contacts.as_listed(record), select)
        if select:
            known = attributes(entity_type, self.settings.installed).items()
            texts = [name for name, kind in known if kind["type"] == "text" and found.get(name)]
            found |= {name: found[name][:LONGEST_TEXT] for name in texts}
        for link in self.readable_links(entity_type):
            if f"{link}Ids" in select or f"{link}Names" in select:
                found |= self.links.shown(entity_type, record["id"], link)
        return found

    def readable_links(self, entity_type: str) -> list[str]:
        links = self.links.in_records(entity_type)
        return [link for link in links if f"{entity_type}.{link}.read" not in self.settings.denied]

    def shown(self, entity_type: str, record: Record, select: Iterable[str] = ()) -> Record:
        hidden = rights.forbidden(self.settings, entity_type, "read")
        record = {name: value for name, value in record.items() if name not in hidden}
        if select:
            wanted = {"id", *select}
            return {name: value for name, value in record.items() if name in wanted}
        if self.settings.missing:
            known = attributes(entity_type, self.settings.installed)
            return {name: value for name, value in record.items() if name in known}
        return record

    def metadata(self, key: str, actor: Actor) -> Answer:
        """Of a type that the user may not see: nothing at all (observed on 9.2)."""
        found: Any = metadata(self.settings.installed)
        parts = [part for part in key.split(".") if part]
        if len(parts) > 1 and parts[1] in found["entityDefs"]:
            try:
                self.allow(actor, parts[1], "read")
            except EspoError:
                return Answer(200, b"", "application/json")
        for part in parts:
            found = found.get(part) if isinstance(found, dict) else None
        return espo_answer(found)

    def listing(self, request: Request, entity_type: str, rows: Iterable[Record]) -> Answer:
        query = filters.search_params(request.query_string.decode("latin-1"))
        max_size, offset = _number(query.get("maxSize"), MAX_SIZE), _number(query.get("offset"), 0)
        if max_size > MAX_SIZE:
            raise EspoError(403, f"Max size should not exceed {MAX_SIZE}. Use offset and limit.")
        known = set(attributes(entity_type, self.settings.installed))
        conditions = filters.as_list(query.get("where", {}))
        with self.records.lock:
            tests = [filters.where(item, entity_type, known, self.links) for item in conditions]
            found = [row for row in rows if not row["deleted"] and all(test(row) for test in tests)]
            order_by = query.get("orderBy", "createdAt" if "createdAt" in known else "id")
            if order_by not in known:
                raise EspoError(400, f"Bad orderBy: '{order_by}' does not exist in {entity_type}.")
            descending = str(query.get("order", "" if "orderBy" in query else "desc")).lower() in ("desc", "true")
            found.sort(key=filters.order_key(order_by), reverse=descending)
            page = found[offset : offset + max_size]
            select = filters.names(query.get("select", ""))
            shown = [self.listed(entity_type, row, select) for row in page]
        total = len(found)
        if request.headers.get("X-No-Total") == "true":
            total = -1 if len(found) > offset + max_size else -2
        return espo_answer({"total": total, "list": shown})

    def allowed(self, entity_type: str, data: dict[str, Any]) -> dict[str, Any]:
        """What may not be edited drops out in silence, as an unknown field does, when a record is made too
        (Core/Record/Service.php, filterInput)."""
        forbidden = rights.forbidden(self.settings, entity_type, "edit")
        return {name: value for name, value in data.items() if name not in forbidden}

    def create(self, request: Request, entity_type: str, actor: Actor) -> Answer:
        self.records.table(entity_type)
        self.allow(actor, entity_type, "create")
        data = self.allowed(entity_type, self.body(request))
        if (
            entity_type == "Note"
            and data.get("targetType") == "users"
            and "messagePermission" in rights.denied(self.settings, actor)
        ):
            raise EspoError(403, "Not permitted to post to anybody except self.")
        with self.records.lock:
            if request.headers.get("X-Skip-Duplicate-Check") != "true":
                self.records.check_duplicate(entity_type, data)
            rights.check_links(self.settings, actor, entity_type, data, {})
            return espo_answer(self.whole(entity_type, self.records.create(entity_type, data, actor)))

    def record(self, request: Request, method: str, entity_type: str, record_id: str, actor: Actor) -> Answer:
        self.records.table(entity_type)
        self.allow(actor, entity_type, {"GET": "read", "PUT": "edit", "DELETE": "delete"}.get(method, "edit"))
        if method == "GET":
            return espo_answer(self.whole(entity_type, self.records.get(entity_type, record_id)))
        if method == "PUT":
            data = self.body(request)
            with self.records.lock:
                before = self.records.get(entity_type, record_id)
                rights.check_links(self.settings, actor, entity_type, data, before)
                self.records.check_version(entity_type, record_id, request.headers.get("X-Version-Number"), data)
                data = self.allowed(entity_type, data)
                updated = self.records.update(entity_type, record_id, data, actor)
            return espo_answer(self.whole(entity_type, updated))
        if method == "DELETE":
            self.records.delete(entity_type, record_id, actor)
            return espo_answer(True)
        raise EspoError(405)

    def link(self, request: Request, method: str, entity_type: str, record_id: str, link: str, actor: Actor) -> Answer:
        self.records.table(entity_type)
        self.allow(actor, entity_type, "read" if method == "GET" else "edit")
        self.records.get(entity_type, record_id)
        target = self.links.foreign(entity_type, link)[0]
        if method == "GET":
            if f"{target}.read" in rights.denied(self.settings, actor) and actor.is_api:
                raise EspoError(403)  # without a word (seen at 9.2.7)
            return self.listing(request, target, self.links.linked(entity_type, record_id, link))
        if method not in ("POST", "DELETE"):
            raise EspoError(405)
        data = self.body(request) if request.content_length else {}
        ids = [str(item) for item in [data.get("id"), *(data.get("ids") or [])] if item]
        for foreign_id in ids:
            self.links.set(entity_type, record_id, link, foreign_id, on=method == "POST")
        return espo_answer(bool(ids))

    def attachment(self, request: Request, method: str, rest: list[str], actor: Actor) -> Answer:
        attachments = self.records.attachments
        self.allow(actor, "Attachment", "read" if method == "GET" else "create")
        match [method, *rest]:
            case ["POST"]:
                return espo_answer(attachments.upload(self.body(request)).as_dict())
            case ["GET", "file", attachment_id]:
                file = attachments.require(attachment_id)
                self.allow(actor, file.related_type or "Attachment", "read")  # whoever may read what it belongs to
                return file.download()
            case ["GET", attachment_id]:
                return espo_answer(attachments.require(attachment_id).as_dict())
        raise EspoError(404, "No such route.")


def _number(value: Any, default: int) -> int:
    if value in (None, ""):
        return default
    if not str(value).isdigit():
        raise EspoError(400, "Bad number in query.")
    return int(value)
