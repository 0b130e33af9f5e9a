"""Where the demo's servers listen, and what their processes are told."""

from __future__ import annotations

import json
import secrets
import socket
from dataclasses import dataclass, field

from django.conf import settings
from django.core.management.base import CommandError

from syncapp.events.topics import ACTIONS
from syncapp.management.demo import sandbox
from syncapp.management.serving import HOST, SANDBOX, WEB, NoPort, listener

HUB_PORT, SANDBOX_PORT = 8000, 8900  # taken if free and nothing else was asked for


def _webhooks() -> dict[str, tuple[str, str]]:
    """Id and secret of one for each event."""
    events = (f"{entity}.{action}" for entity in settings.CONFIG.WEBHOOK_ENTITIES.values() for action in ACTIONS)
    return {event: (secrets.token_hex(8), secrets.token_hex(16)) for event in events}


@dataclass(frozen=True, slots=True)
class Environment:
    """Of this one start. Webhook secrets and the token are made anew; neither printed nor on a command line."""

    hub_port: int
    sandbox_port: int
    listening: dict[str, socket.socket] = field(repr=False)  # by the program that gets it
    webhooks: dict[str, tuple[str, str]] = field(default_factory=_webhooks, repr=False)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def hub(self) -> str:
        return f"http://{HOST}:{self.hub_port}"

    @property
    def sandbox(self) -> str:
        return f"http://{HOST}:{self.sandbox_port}"

    @property
    def admin(self) -> str:
        return f"{self.hub}/admin/"

    def of_hub(self, language: str, google_key: str) -> dict[str, str]:
        """For the web server and the workers, on top of `bitbylaw.demo_environment`.

        `google_key`: of the service account, as JSON.
        """
        return {
            "DJANGO_LANGUAGE": language,
            "ESPOCRM_API_BASE_URL": f"{self.sandbox}/espocrm/api/v1",
            "ESPOCRM_API_KEY": sandbox.API_KEY,
            "ESPOCRM_UI_URL": f"{self.sandbox}/espocrm",
            "ESPOCRM_WEBHOOK_SECRETS": json.dumps(dict(self.webhooks.values())),
            "WEBHOOK_TOKENS": self.token,
            "XAI_API_BASE_URL": f"{self.sandbox}/xai",
            "XAI_API_KEY": sandbox.XAI_KEY,
            "XAI_MANAGEMENT_BASE_URL": f"{self.sandbox}/xai-management",
            "XAI_MANAGEMENT_KEY": sandbox.XAI_MANAGEMENT_KEY,
            "ADVOWARE_LOOKUP_URL": f"{self.sandbox}/advoware-configurator/AdvonetConfigurator/api/Url",
            **sandbox.ADVOWARE_LOGIN,
            "GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON": google_key,
            "GOOGLE_API_ROOT": f"{self.sandbox}/google-api",
            "CALENDAR_PUSH_URL": self.hub,
        }

    def of_sandbox(self) -> dict[str, str]:
        return {
            "SANDBOX_WEBHOOKS": self.hub,
            "SANDBOX_WEBHOOK_SECRETS": " ".join(f"{e}={pk}:{secret}" for e, (pk, secret) in self.webhooks.items()),
            "SANDBOX_LINK_HOOK_URL": f"{self.hub}/vmh/webhook/entity",
            "SANDBOX_LINK_HOOK_TOKEN": self.token,
        }


def choose(hub_port: int | None, sandbox_port: int | None) -> Environment:
    """The ports that were asked for, else the usual ones, else any free ones."""
    listening = {
        WEB: _listener("--port", hub_port, HUB_PORT),
        SANDBOX: _listener("--sandbox-port", sandbox_port, SANDBOX_PORT),
    }
    hub, sandbox_ = (each.getsockname()[1] for each in listening.values())
    return Environment(hub, sandbox_, listening)


def _listener(option: str, asked: int | None, usual: int) -> socket.socket:
    try:
        return listener(usual if asked is None else asked)
    except NoPort as why:
        if asked is None:
            return listener(0)
        raise CommandError(f"{why} Without {option} a free one is taken.") from None
