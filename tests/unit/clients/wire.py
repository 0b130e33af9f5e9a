"""A loopback server that says exactly the bytes it is told, and breaks off where it is told."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import Self

BLOCK = 64 * 1024


def answer(body: bytes = b"{}", status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Wire:
    """``script`` holds one entry a request: the bytes to say. b"" = say nothing and cut; None = stay silent. The last
    entry repeats. A connection stays open after an entry unless ``cut_after`` is set."""

    def __init__(self) -> None:
        self.script: list[bytes | None] = [answer()]
        self.cut_after = False
        self.cut_at_once = False  # before reading anything
        self.requests: list[bytes] = []  # heads
        self.bodies: list[int] = []  # bytes received
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._silence = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._silence.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._threads[0].join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while not self.cut_at_once and self._receive(connection):
                said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if said is None:
                    self._silence.wait()
                if not said:
                    return
                connection.sendall(said)
                if self.cut_after:
                    return

    def _receive(self, connection: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            block = connection.recv(BLOCK)
            if not block:
                return False
            head += block
        head, _, body = head.partition(b"\r\n\r\n")
        found = re.search(rb"content-length: *([0-9]+)", head, re.IGNORECASE)
        length = int(found[1]) if found else 0
        received = len(body)
        while received < length:
            received += len(connection.recv(BLOCK))
        self.requests.append(head)
        self.bodies.append(received)
        return True
