"""Sends one request over a kept connection and turns every failure of the wire into ``Unreachable`` or ``AnswerLost``.

Uses the adapter of ``requests`` without its ``Session``: so there are by construction no cookies, no redirects (a key
never travels to another host), no proxies or ``.netrc`` from the environment, and half the overhead of a call.
"""

from __future__ import annotations

import logging
import os
import socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest, Response
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ProtocolError
from urllib3.exceptions import SSLError as Urllib3SSLError
from urllib3.response import HTTPResponse

from syncapp.clients.errors import AnswerLost, ClientError, Rejected, Unreachable
from syncapp.clients.http import deadlines
from syncapp.clients.http.calls import Call
from syncapp.clients.http.deadlines import TOO_SLOW, Deadline

SEND_SECONDS = 60.0  # one block of an upload may stall this long; without it the connect time-out would apply
POOL_SIZE = 16  # kept connections per host and process; more threads than this open a connection of their own
HTTP_1_1 = 11  # as urllib3 writes it
BLOCK = 64 * 1024  # bytes per send

logging.getLogger("urllib3").setLevel(logging.ERROR)  # below that it writes whole URLs, and a query may name a client


class _TlsFailed(NewConnectionError):
    """The handshake or the certificate."""


def _whole(response: HTTPResponse) -> HTTPResponse:
    """Python takes a connection that is cut within the headers for their end: then no header says where the body ends,
    nor that closing the connection is its end."""
    framed = (
        response.length_remaining is not None or response.chunked or "close" in response.headers.get("Connection", "")
    )
    if response.version == HTTP_1_1 and not framed:
        response.close()
        raise ProtocolError("cut within the headers")
    return response


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        deadlines.watched(made)
        return made

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(SEND_SECONDS)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # one that was kept
            deadlines.watched(self.sock)
        super().request(*args, **kwargs)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself does
        return _whole(super().getresponse())


class _TlsConnection(_PlainConnection, HTTPSConnection):
    """Whatever fails before TLS stands is a failed connection, so that "surely not executed" can be told apart."""

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, ValueError, Urllib3SSLError):
            raise _TlsFailed(self, "tls") from None


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block=block, blocksize=BLOCK, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Without the cookie jar and the guessing of encodings, which nobody here reads."""
        response = Response()
        response.request = req
        response.status_code = resp.status
        response.headers = resp.headers
        response.raw = resp
        return response


_adapters: dict[int, _Adapter] = {}


def _adapter() -> _Adapter:
    """The process's pool of connections, safe for threads. A forked child must not write into its parent's sockets."""
    pid = os.getpid()
    adapter = _adapters.get(pid)
    if adapter is None:
        adapter = _adapters.setdefault(pid, _Adapter(pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE))
    return adapter


def send(system: str, call: Call, timeout: tuple[float, float], deadline: Deadline) -> Response:
    """The answer with its body still unread. ``timeout``: seconds to connect and to read. Raises ``Unreachable``,
    ``AnswerLost`` or ``Rejected`` (unusable URL)."""
    request: Any = PreparedRequest()
    request.method, request.url, request.headers = call.method, call.url, call.headers
    request.body = call.body() if callable(call.body) else call.body
    try:
        with deadlines.within(deadline):
            return _adapter().send(request, stream=True, timeout=timeout)
    except (requests.RequestException, HTTPError, OSError) as exc:
        failure = _failure(system, exc)
        if deadline.passed and isinstance(failure, AnswerLost):
            failure = AnswerLost(system, TOO_SLOW)
    raise failure  # outside of the handler: the texts of the original name the query


def _failure(system: str, exc: Exception) -> ClientError:
    if isinstance(exc, requests.exceptions.ConnectTimeout):
        return Unreachable(system, "connect_timeout")
    if isinstance(exc, requests.exceptions.Timeout):
        return AnswerLost(system, "read_timeout")
    if isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)):
        return Rejected(system, "bad_request_line")
    reason = getattr(exc.args[0], "reason", None) if exc.args else None
    if isinstance(reason, NameResolutionError):
        return Unreachable(system, "name_resolution")
    if isinstance(reason, NewConnectionError):
        return Unreachable(system, "tls" if isinstance(reason, _TlsFailed) else "refused")
    if isinstance(exc, OSError) and not isinstance(exc, requests.RequestException):
        return Unreachable(system, "ca_bundle")  # the adapter looks for the CA bundle before it connects
    if exc.args and isinstance(exc.args[0], socket.timeout):
        return AnswerLost(system, "send_timeout")
    return AnswerLost(system, "cut")
