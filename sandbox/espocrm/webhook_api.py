"""`Webhook` of the REST API: programs register, read and delete their own subscriptions."""

from __future__ import annotations

from typing import Any

from sandbox.answers import Answer
from sandbox.espocrm.errors import EspoError, espo_answer, invalid, no_record
from sandbox.espocrm.records import Actor
from sandbox.espocrm.rights import denied
from sandbox.espocrm.webhooks import Webhook, WebhookQueue


class WebhookApi:
    def __init__(self, queue: WebhookQueue) -> None:
        self.queue = queue

    def answer(self, method: str, parts: list[str], data: dict[str, Any], actor: Actor) -> Answer:
        match [method, *parts]:
            case ["POST"]:
                for name in ("event", "url"):
                    if not data.get(name):
                        raise invalid("Webhook", name, "required")
                hook = Webhook(str(data["event"]), str(data["url"]), actor.id, bool(data.get("skipOwn")))
                self.queue.check(hook, denied(self.queue.settings, actor))
                self.queue.check_room(actor.id)
                return espo_answer(self.queue.register(hook).as_dict(), 201)
            case ["GET"]:
                own = [hook.as_dict() for hook in self.queue.webhooks.values() if hook.user_id == actor.id]
                return espo_answer({"total": len(own), "list": own})
            case ["GET", webhook_id]:
                return espo_answer(self.own(webhook_id, actor).as_dict())
            case ["PUT", webhook_id]:
                hook = self.own(webhook_id, actor)
                hook.active = bool(data.get("isActive", hook.active))
                return espo_answer(hook.as_dict())
            case ["DELETE", webhook_id]:
                self.queue.drop(self.own(webhook_id, actor).id)
                return espo_answer(True)
        raise EspoError(405)

    def own(self, webhook_id: str, actor: Actor) -> Webhook:
        hook = self.queue.webhooks.get(webhook_id)
        if hook is None or hook.user_id != actor.id:
            raise no_record("Webhook", webhook_id)
        return hook
