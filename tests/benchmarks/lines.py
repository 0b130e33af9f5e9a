"""Kept connections to a web server on this machine."""

from __future__ import annotations

import itertools
import math
import socket
import time

import psutil

ANSWER_SECONDS = 60.0  # a server that is silent for so long has hung: the benchmark itself has failed
TRIES, ACCEPTED_SECONDS = 20, 0.05


class LoadFailed(Exception):
    """The server broke off or hung; nothing was measured."""


class Line:
    """One kept connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.socket.getsockname()[1]
        self.asked = 0.0
        self._received = b""

    def ask(self, request: bytes) -> None:
        self.asked = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> int | None:
        """The status once the whole answer is here."""
        block = self.socket.recv(65536)
        if not block:
            raise LoadFailed("the server closed a kept connection")
        self._received += block
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if not blank:
            return None
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        if at < 0:
            raise LoadFailed("an answer without a length")
        if len(body) < int(lowered[at + 15 :].split(b"\r\n", 1)[0]):
            return None
        self._received = b""
        return int(head[9:12])


def spread(port: int, wanted: int) -> list[Line]:
    """As many to each process of the server, if that can be had: idle ones get them by chance, which would then be what
    is measured."""
    lines = [Line(port) for _ in range(wanted)]
    for _ in range(TRIES if wanted > 1 else 0):
        time.sleep(ACCEPTED_SECONDS)
        held: dict[int, list[Line]] = {}
        owners = _owners(port)
        for line in lines:
            held.setdefault(owners.get(line.port, 0), []).append(line)
        most = math.ceil(wanted / max(map(_processes, held)))
        for line in itertools.chain.from_iterable(some[most:] for some in held.values()):
            line.socket.close()
        lines = [line for some in held.values() for line in some[:most]]
        if len(lines) == wanted:
            break
        lines += [Line(port) for _ in range(wanted - len(lines))]
    return lines


def _owners(port: int) -> dict[int, int]:
    """Which process of the server holds the connection that comes from a port."""
    there = psutil.net_connections("tcp4")
    return {each.raddr.port: each.pid or 0 for each in there if each.raddr and each.laddr.port == port}


def _processes(pid: int) -> int:
    """Of the server to which this one belongs."""
    main = psutil.Process(pid).parent() if pid else None
    return len(main.children()) if main else 1
