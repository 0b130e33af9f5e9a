"""Where the demo's servers listen, and what their processes are told."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.management.base import CommandError

from syncapp.management.serving import HOST, SANDBOX, WEB, NoPort, listener

HUB_PORT, SANDBOX_PORT = 8000, 8900  # taken if free and nothing else was asked for


@dataclass(frozen=True, slots=True)
class Environment:
    """Of this one start. The token is made anew, like the webhooks' secrets; neither printed nor on a command line."""

    hub_port: int
    sandbox_port: int
    listening: dict[str, socket.socket] = field(repr=False)  # by the program that gets it
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

    def of_hub(self, language: str, sandbox: Mapping[str, str]) -> dict[str, str]:
        """For the web server and the workers, on top of `bitbylaw.demo_environment` and of what the `sandbox` wants."""
        own = {"DJANGO_LANGUAGE": language, "WEBHOOK_TOKENS": self.token, "CALENDAR_PUSH_URL": self.hub}
        return {**sandbox, **own}


def choose(hub_port: int | None, sandbox_port: int | None) -> Environment:
    """The ports that were asked for, else the usual ones, else any free ones."""
    listening = {
        WEB: _listener("--port", hub_port, HUB_PORT),
        SANDBOX: _listener("--sandbox-port", sandbox_port, SANDBOX_PORT),
    }
    hub, sandbox = (each.getsockname()[1] for each in listening.values())
    return Environment(hub, sandbox, listening)


def _listener(option: str, asked: int | None, usual: int) -> socket.socket:
    try:
        return listener(usual if asked is None else asked)
    except NoPort as why:
        if asked is None:
            return listener(0)
        raise CommandError(f"{why} Without {option} a free one is taken.") from None
