"""Where the demo's servers listen."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
HUB_PORT, SANDBOX_PORT = 8000, 8900  # taken if free and nothing else was asked for


class PortBusy(Exception):
    """A port that was asked for can't be used; the message says which option to change."""


@dataclass(frozen=True, slots=True)
class Addresses:
    hub: str
    sandbox: str

    @property
    def hub_port(self) -> int:
        return int(self.hub.rpartition(":")[2])

    @property
    def sandbox_port(self) -> int:
        return int(self.sandbox.rpartition(":")[2])

    @property
    def admin(self) -> str:
        return f"{self.hub}/admin/"


def choose(hub_port: int | None, sandbox_port: int | None) -> Addresses:
    """The ports that were asked for, else the usual ones, else any free ones. Raises `PortBusy`."""
    hub = _port("--port", hub_port, HUB_PORT)
    sandbox = _port("--sandbox-port", sandbox_port, SANDBOX_PORT, taken=hub)
    return Addresses(f"http://{HOST}:{hub}", f"http://{HOST}:{sandbox}")


def _port(option: str, asked: int | None, usual: int, taken: int = 0) -> int:
    if asked is not None:
        reason = "the hub has it" if asked == taken else _obstacle(asked)
        if reason:
            raise PortBusy(f"Port {asked} can't be used ({reason}). Without {option} a free one is taken.")
        return asked
    if usual != taken and not _obstacle(usual):
        return usual
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _obstacle(port: int) -> str:
    """Why nobody can listen there now; empty when one can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OverflowError:
            return "there is no such port"
        except OSError as exc:
            return "another program has it" if exc.errno == errno.EADDRINUSE else str(exc.strerror)
    return ""
