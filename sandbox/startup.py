"""What the command line sets up: settings, preset webhooks, the link hook."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.app import Sandbox

# Entity -> the word for it in the hub's webhook addresses.
WEBHOOK_NAMES = {
    "CDokumente": "document",
    "CBeteiligte": "beteiligte",
    "CBankverbindungen": "bankverbindungen",
    "Raeumungsklage": "raeumungsklage",
    "Account": "account",
}
ACTIONS = ("create", "update", "delete")


def fixed_webhook(event: str) -> tuple[str, str]:
    """Id and secret of a preset webhook: always the same for an event, so that a hub's `.env` stays right."""
    digest = hashlib.sha256(f"sandbox webhook {event}".encode()).hexdigest()
    return "65f" + digest[:14], digest[14:46]


def preset_webhooks(sandbox: Sandbox, hub_url: str) -> None:
    """Subscriptions for every entity and action."""
    if not hub_url:
        return
    for entity_type, word in WEBHOOK_NAMES.items():
        for action in ACTIONS:
            event = f"{entity_type}.{action}"
            webhook_id, secret = fixed_webhook(event)
            url = f"{hub_url.rstrip('/')}/vmh/webhook/{word}/{action}"
            data = {"event": event, "url": url, "id": webhook_id, "secret": secret, "skip_own": True}
            sandbox.espocrm.control("preset_webhook", data)


def set_options(sandbox: Sandbox, assignments: list[str], link_hook: str, token: str) -> None:
    """Settings from NAME=VALUE texts (the value as JSON, or plain text); they survive a reset."""
    changes: dict[str, Any] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--set wants NAME=VALUE, not {text!r}")
        try:
            changes[name] = json.loads(value)
        except ValueError:
            changes[name] = value
    if link_hook:
        changes |= {"espocrm_link_hook_url": link_hook, "espocrm_link_hook_token": token}
    sandbox.world.settings.change(changes)
    sandbox.world.settings.keep_as_default()
