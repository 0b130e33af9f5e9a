"""Peers as no client library makes them: raw sockets towards a real web server."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from tests.benchmarks.load import UPDATE, WEBHOOK_ID, WEBHOOK_SECRET, signed
from tests.installation import PATIENCE, ROOT, Installation, until
from tests.servers import free_port

GIVE_UP = 10.0  # seconds after which EspoCRM does
WEBHOOK = signed(UPDATE, ["65f0c0ffee0000007"])
SECRETS = {"ESPOCRM_WEBHOOK_SECRETS": json.dumps({WEBHOOK_ID: [WEBHOOK_SECRET]})}


@dataclass
class Answer:
    status: int
    head: str
    body: bytes
    seconds: float


class Door:
    """gunicorn as it runs in life, in one process, so that nothing gets by through the other."""

    def __init__(self, hub: Installation, port: int, process: subprocess.Popen[bytes]) -> None:
        self.hub, self.port, self.process = hub, port, process

    def connections(self) -> int:
        """Of the web server, that somebody on the other side has open."""
        family = psutil.Process(self.process.pid).children()
        found = [each for process in family for each in process.net_connections("tcp")]
        return sum(each.status == psutil.CONN_ESTABLISHED for each in found)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=GIVE_UP)

    def ask(self, request: bytes) -> Answer:
        began = time.monotonic()
        with self.connect() as sock:
            sock.sendall(request)
            return answer_on(sock, began)

    def webhook(self) -> Answer:
        return self.ask(WEBHOOK)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask(get(path, **headers))


def get(path: str, **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{lines}\r\n".encode()


def answer_on(sock: socket.socket, began: float) -> Answer:
    """The first answer, whole when it says how long it is, else until its end."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            raise ConnectionError(f"ended after {len(data)} bytes")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    lengths = [line.split(":")[1] for line in text.lower().split("\r\n") if line.startswith("content-length:")]
    while piece := b"" if lengths and len(body) >= int(lengths[0]) else sock.recv(65536):
        body += piece
    return Answer(int(text.split()[1]), text, body, time.monotonic() - began)


@contextlib.contextmanager
def web_server(hub: Installation, *options: str, **env: str) -> Iterator[Door]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:bitbylaw.gunicorn", "--workers", "1", *options]
    with (hub.folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "bitbylaw.wsgi"],
            cwd=ROOT, env=hub.env | SECRETS | env, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    hub._started.append(process)
    door = Door(hub, port, process)
    until(lambda: _lives(door), PATIENCE, lambda: (hub.folder / "web.log").read_text())
    yield door


def _lives(door: Door) -> bool:
    try:
        return door.get("/health/live").status == 200
    except OSError:
        return False


@contextlib.contextmanager
def silent_system() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        held: list[socket.socket] = []
        ended = threading.Event()

        def take() -> None:
            while not ended.is_set():
                try:
                    held.append(listener.accept()[0])
                except TimeoutError:
                    continue
                except OSError:
                    return

        listener.settimeout(0.2)
        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        ended.set()
        thread.join()
        for sock in held:
            sock.close()
