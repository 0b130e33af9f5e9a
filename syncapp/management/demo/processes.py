"""The processes that the demo starts, where they listen and what they are told; ended again whatever happens."""

from __future__ import annotations

import secrets
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from django.core.management.base import CommandError

from syncapp.management.demo.sandbox import NotRunning, status_of
from syncapp.management.serving import HOST, SANDBOX, WEB, WORKERS, Children, NoPort, listener, web_server, workers

HUB_PORT, SANDBOX_PORT = 8000, 8900  # taken if free and nothing else was asked for
LAST_LINES = 15
START_SECONDS = 60.0
LOOK_SECONDS = 0.25
STOP_SECONDS = 15.0  # longer than the workers' own grace, so that they end their tasks themselves
SECOND_SIGNAL_SECONDS = 5
SANDBOX_SETTINGS = (
    "espocrm_webhook_interval=1",  # seconds; EspoCRM itself takes two minutes; nobody watches a demo for so long
    "google_push_http=true",  # Google itself tells only https addresses
)


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

    def of_hub(self, language: str, *wanted: Mapping[str, str]) -> dict[str, str]:
        """For the web server and the workers, on top of `bitbylaw.demo_environment` and what others want."""
        own = {"DJANGO_LANGUAGE": language, "WEBHOOK_TOKENS": self.token}
        own |= dict.fromkeys(("CALENDAR_PUSH_URL", "HUB_URL"), self.hub)
        return {name: value for each in (*wanted, own) for name, value in each.items()}


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


class Processes:
    """None of them outlives the block, however it is left."""

    def __init__(self, folder: Path, environment: Environment) -> None:
        self._folder, self._environment = folder, environment
        self._children = Children()

    def start_sandbox(self) -> None:
        settings = [part for setting in SANDBOX_SETTINGS for part in ("--set", setting)]
        command = [sys.executable, "-m", "sandbox", "--seed", "demo", *settings]
        fd = self._environment.listening[SANDBOX].fileno()
        self._start(SANDBOX, [*command, "--fd", str(fd)])

    def start_hub(self, env: Mapping[str, str]) -> None:
        options = ("--workers", "1", "--graceful-timeout", "3")
        fd = self._environment.listening[WEB].fileno()
        self._start(WEB, web_server(f"fd://{fd}", *options), env)
        self._start(WORKERS, workers(), env)

    def check(self) -> None:
        """Raises `NotRunning` when one of them has ended, with the last lines of its log."""
        for name, code in self._children.ended().items():
            how = f"was killed by signal {-code}" if code < 0 else f"ended by itself (code {code})"
            raise NotRunning(f"The {name} {how}. {self._last_words(name)}")

    def wait_for(self, name: str, url: str) -> None:
        """Until it answers there; raises `NotRunning` when that takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while status_of(url) != 200:
            self.check()
            if time.monotonic() > deadline:
                raise NotRunning(f"The {name} did not come up in {START_SECONDS:.0f} s. {self._last_words(name)}")
            time.sleep(LOOK_SECONDS)

    def _last_words(self, name: str) -> str:
        log = self._log_of(name)
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:] if log.exists() else []
        return "\n  ".join([f"The end of {log}:", *(lines or ["(empty)"])])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let them finish, then end them hard. A Ctrl-C meanwhile makes it quick."""
        try:
            # The sandbox goes last, or what the workers are just finishing would meet an outage.
            for names in ((WORKERS, WEB), (SANDBOX,)):
                self._children.terminate(*names)
                self._children.wait(STOP_SECONDS, *names)
        except KeyboardInterrupt:
            self._children.terminate()
            self._children.wait(SECOND_SIGNAL_SECONDS)
        finally:
            self._children.kill()

    def _log_of(self, name: str) -> Path:
        return self._folder / f"{name.replace(' ', '-')}.log"

    def _start(self, name: str, command: list[str], env: Mapping[str, str] | None = None) -> None:
        listening = self._environment.listening.pop(name, None)
        self._children.start(name, command, {**(env or {}), "PYTHONUNBUFFERED": "1"}, self._log_of(name), listening)
