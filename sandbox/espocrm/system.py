"""EspoCRM put together, and what people and the outside world can do to it."""

from __future__ import annotations

import base64
from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.espocrm.administration import Administration
from sandbox.espocrm.auth import API_USERS, HUMAN, Guard
from sandbox.espocrm.config import EspoSettings
from sandbox.espocrm.delivery import LinkHook, Sender, WebhookJob
from sandbox.espocrm.links import Links
from sandbox.espocrm.records import Actor, Records
from sandbox.espocrm.renamed import Renamed
from sandbox.espocrm.rest import RestApi
from sandbox.espocrm.webhooks import Webhook, WebhookQueue
from sandbox.world import Mount

SILENT_HUMAN = Actor(HUMAN.id, HUMAN.name, silent=True)


class EspoCrm:
    name = "espocrm"

    def __init__(self, settings: EspoSettings) -> None:
        self.settings = settings
        self.guard = Guard(settings)
        self.records = Records(settings)
        self.links = Links(self.records)
        self.webhooks = WebhookQueue(settings)
        self.sender = Sender(settings)
        self.job = WebhookJob(settings, self.webhooks, self.sender)
        self.link_hook = LinkHook(settings, self.sender)
        self.rest = RestApi(settings, self.guard, self.records, self.links, self.webhooks)
        self._renamed = Renamed(settings, self.rest.answer)
        self.administration = Administration(settings, self.guard)
        self.records.listeners.append(self.webhooks.note)
        self.links.listeners.append(self.link_hook.note)
        self._add_users()

    def mounts(self) -> list[Mount]:
        return [Mount("/espocrm/api/v1/", self.name, self._answer)]

    def _answer(self, request: Request, path: str) -> Answer:
        """Administrators log in with name and password, and speak EspoCRM's own names."""
        if self.administration.concerns(request):
            return self.administration.answer(request, path)
        return self._renamed.answer(request, path)

    def upload(self, document_id: str, name: str, content: bytes, mime: str, actor: Actor = HUMAN) -> str:
        """Put a file on a document, as the upload in the browser does; the attachment's id."""
        file = self.records.attachments.add(name, mime, content, "CDokumente", "dokument")
        self.records.update("CDokumente", document_id, {"dokumentId": file.id}, actor)
        return file.id

    def control(self, action: str, data: dict[str, Any]) -> Any:
        actor = SILENT_HUMAN if data.get("silent") else HUMAN
        kind, key = str(data.get("entity_type", "")), str(data.get("id", ""))
        match action:
            case "create":
                return self.records.create(kind, data["data"], actor, key)
            case "create_many":
                with self.records.lock:
                    return [self.control("create", {"silent": True} | row)["id"] for row in data["rows"]]
            case "update":
                return self.records.update(kind, key, data["data"], actor)
            case "delete":
                self.records.delete(kind, key, actor)
            case "imported":
                self.records.get(kind, key)["modifiedAt"] = None
            case "restore":
                self.records.restore(kind, key)
            case "get":
                return dict(self.records.get(kind, key))
            case "link" | "unlink":
                return self.links.set(kind, key, data["link"], data["foreign_id"], action == "link", actor.silent)
            case "upload":
                return self.upload(key, data["name"], base64.b64decode(data["content"]), data["mime"], actor)
            case "preset_webhook":
                return self._preset(data)
            case "deliver":
                runs = self.job.run if data.get("one_run") else self.job.run_all
                return runs(bool(data.get("ignore_pause"))) | {"pending": self.webhooks.pending()}
            case "deliveries":
                return self.sender.entries(int(data.get("since", 0)))
            case _:
                raise KeyError(action)
        return True

    def _preset(self, data: dict[str, Any]) -> dict[str, Any]:
        hook = Webhook(data["event"], data["url"], API_USERS[0].actor.id, bool(data.get("skip_own")))
        hook.id = data.get("id") or hook.id
        hook.secret_key = data.get("secret") or hook.secret_key
        return self.webhooks.register(hook).as_dict()

    def snapshot(self) -> dict[str, Any]:
        """Live and deleted records, relations, attachments and webhooks, sorted by id."""
        with self.records.lock:
            return {
                "records": {
                    name: [dict(row) for _, row in sorted(table.items())]
                    for name, table in sorted(self.records.tables.items())
                },
                "links": self.links.pairs(),
                "attachments": [
                    item.as_dict() | {"md5": item.md5, "sha256": item.sha256}
                    for _, item in sorted(self.records.attachments.items.items())
                ],
                "webhooks": [hook.as_dict() for _, hook in sorted(self.webhooks.webhooks.items())],
                "pending_events": self.webhooks.pending(),
            }

    def _add_users(self) -> None:
        for actor, kind in [*((user.actor, "api") for user in API_USERS), (HUMAN, "regular")]:
            data = {"userName": actor.name.lower().replace(" ", "."), "name": actor.name, "type": kind}
            self.records.create("User", data | {"isActive": True}, SILENT_HUMAN, actor.id)

    def reset(self) -> None:
        with self.records.lock:
            for table in self.records.tables.values():
                table.clear()
            self.links.sides.clear()
            self.records.attachments.items.clear()
            self.records.holders.clear()
        self.webhooks.reset()
        self.guard.reset()
        self.administration.reset()
        self.sender.log.clear()
        self._add_users()

    def close(self) -> None:
        self.job.close()
        self.link_hook.close()
