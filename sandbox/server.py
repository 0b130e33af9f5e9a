"""An HTTP/1.1 server with keep-alive for the sandbox: one thread a connection, werkzeug's Request on top.

Werkzeug's own server closes every connection after one answer, and no WSGI server lets an application cut a
connection in the middle of an answer. Both matter here, so the few lines of HTTP are our own.
"""

from __future__ import annotations

import contextlib
import io
import re
import socket
import socketserver
import threading
import traceback
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import HTTPException
from werkzeug.serving import DechunkedInput
from werkzeug.wrappers import Request

from sandbox.answers import Answer

IDLE_SECONDS = 120  # a kept-alive connection without a request is closed after this
DRAIN_LIMIT = 1 << 28  # what is left of a body is read up to here, so that a refused sender gets to see the answer
LINE_BREAKS = re.compile(r"[\r\n]")
REASONS = {status.value: status.phrase for status in HTTPStatus}

Application = Callable[[Request], Answer]


class Body(io.RawIOBase):
    """The bytes of one request body, and no byte of the next request."""

    def __init__(self, connection: Connection, length: int, expects_continue: bool) -> None:
        self.left = length
        self.connection = connection
        self.expects_continue = expects_continue

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.left <= 0:
            return 0
        if self.expects_continue:
            self.expects_continue = False
            self.connection.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        view = memoryview(buffer)[: self.left]
        count: int = self.connection.rfile.readinto(view) or 0
        self.left = self.left - count if count else 0
        return count


class Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    server: Server

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while self.answer_one():
                pass

    def answer_one(self) -> bool:
        """Read one request and answer it. True when the connection can carry another one."""
        head = self.read_head()
        if head is None:
            return False
        method, target, headers = head
        chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        length = int(headers["content-length"]) if headers.get("content-length", "").isdigit() else 0
        body = Body(self, length, headers.get("expect", "").lower() == "100-continue")
        stream: io.RawIOBase = DechunkedInput(self.rfile) if chunked else body  # type: ignore[arg-type]
        request = Request(self.environ(method, target, headers, stream, chunked))
        answer = self.ask(request)
        if answer.cut == "whole":
            return False
        drained = 0
        while drained < DRAIN_LIMIT and not body.expects_continue and (rest := stream.read(65536)):
            drained += len(rest)
        keep = not body.left and not chunked and headers.get("connection", "").lower() != "close" and not answer.cut
        self.write(method, answer, keep)
        return keep

    def ask(self, request: Request) -> Answer:
        try:
            return self.server.application(request)
        except HTTPException as refusal:
            return Answer(refusal.code or 500, (refusal.description or "").encode(), "text/plain")
        except OSError:
            raise
        except Exception:
            traceback.print_exc()  # a bug of the sandbox: the caller gets 500, the developer the place
            return Answer(500, b"The sandbox has a bug; see its output.", "text/plain")
        finally:
            request.close()

    def read_head(self) -> tuple[str, str, dict[str, str]] | None:
        line = self.rfile.readline(65537)
        parts = line.decode("latin-1").split()
        if len(parts) != 3:
            return None
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(65537)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return parts[0], parts[1], headers

    def environ(
        self, method: str, target: str, headers: dict[str, str], stream: io.RawIOBase, chunked: bool
    ) -> dict[str, Any]:
        path, _, query = target.partition("?")
        host, port = self.server.address
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": target,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.url_scheme": "http",
            "wsgi.input": stream,
            "wsgi.input_terminated": chunked,
        }
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key] = value
        return environ

    def write(self, method: str, answer: Answer, keep: bool) -> None:
        lines = [
            f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Unknown')}",
            "Transfer-Encoding: chunked" if answer.chunk else f"Content-Length: {len(answer.body)}",
            f"Connection: {'keep-alive' if keep else 'close'}",
        ]
        if answer.body:
            lines.append(f"Content-Type: {answer.content_type}")
        lines += [LINE_BREAKS.sub(" ", f"{name}: {value}") for name, value in answer.headers.items()]
        body = b"" if method == "HEAD" else answer.body
        if answer.cut == "half":
            body = body[: len(body) // 2]
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        if not answer.chunk:
            self.connection.sendall(head + body)
            return
        self.connection.sendall(head)
        if method == "HEAD":
            return
        for begin in range(0, len(body), answer.chunk):
            piece = body[begin : begin + answer.chunk]
            self.connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        if answer.cut != "half":
            self.connection.sendall(b"0\r\n\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, host: str, port: int, application: Application, listening: socket.socket | None = None) -> None:
        """`listening`: a socket that was made elsewhere and waits for somebody to answer; `port` is not used then."""
        self.application = application
        self.open_sockets: set[socket.socket] = set()
        self.sockets_lock = threading.Lock()
        super().__init__((host, port), Connection, bind_and_activate=listening is None)
        if listening is not None:
            self.socket.close()
            self.socket = listening
        self.address: tuple[str, int] = (host, self.socket.getsockname()[1])

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self.address)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.sockets_lock:
            self.open_sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.sockets_lock:
            self.open_sockets.discard(request)
        super().shutdown_request(request)

    def close(self) -> None:
        """Stop listening and hang up on every client, so that no test waits for an idle connection."""
        self.shutdown()
        self.server_close()
        with self.sockets_lock:
            for open_socket in self.open_sockets:
                with contextlib.suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)
