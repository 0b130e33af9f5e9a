"""gunicorn's threaded worker, but a thread gets a request only when it is whole, and never waits for a peer to take the
answer. So strangers who send or read a byte a second cost a socket each and hold nobody up, with or without a reverse
proxy in front. Why not another server: docs/decisions/web-server.md.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.http import RequestParser
from gunicorn.workers.gthread import ThreadWorker

from bitbylaw import places
from bitbylaw.web.arriving import PATIENCE, Arriving, Whole
from bitbylaw.web.lanes import Lanes
from bitbylaw.web.leaving import Leaving

LOOK_SECONDS = 0.25  # how often the late ones are looked for
STAY_AWAY = 1.0  # seconds until a 429 leaves: a flood costs its maker as many connections, and us little
LINGER = 2.0  # seconds for a peer to read its answer before what it still sends would reset the connection
PIECE = 64 * 1024
HELD_BY_ALL = 256 * 1024 * 1024  # bytes of requests and answers under way, in one process
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
READING, WORKING, HELD, WRITING, LINGERING = "reading", "working", "held", "writing", "lingering"


class Peer:
    """One connection. `sock` is what gunicorn writes to."""

    def __init__(self, real: socket.socket, client: Any, server: Any, largest: int, now: float) -> None:
        self.real, self.client, self.server = real, client, server
        self.sock, self.arriving = Leaving(real), Arriving(largest, now)
        self.state, self.deadline = READING, now + PATIENCE
        self.last = False

    @property
    def address(self) -> str:
        return str(self.client[0]) if isinstance(self.client, tuple) else ""

    def __len__(self) -> int:
        return len(self.arriving) + len(self.sock)


class PatientWorker(ThreadWorker):
    poller: selectors.BaseSelector
    tpool: Lanes

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.peers: set[Peer] = set()
        self._looked = 0.0

    @classmethod
    def check_config(cls, cfg: Any, _log: Any) -> None:
        if cfg.is_ssl:
            raise RuntimeError("This server speaks no TLS: that is the reverse proxy's.")

    def get_thread_pool(self) -> Lanes:
        # SQLite lets one write. Two webhooks would wait for each other there, asleep, and in between for Python's lock.
        webhooks = 1 if places.on_sqlite() else self.cfg.threads
        return Lanes(self.cfg.threads, webhooks, lambda: int(_setting("ADVOWARE_PROXY_CALLS_AT_ONCE")))

    # In

    def accept(self, listener: socket.socket) -> None:
        if self.nr_conns >= self.worker_connections - 1:
            self._make_room()
        try:
            real, client = listener.accept()
        except OSError as exc:
            if exc.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            return  # the next one is tried anyway
        real.setblocking(False)
        if real.family != socket.AF_UNIX:
            real.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = Peer(real, client, listener.getsockname(), _largest(), time.monotonic())
        self.nr_conns += 1
        self.peers.add(peer)
        self._wait(peer, READING, selectors.EVENT_READ)

    def _receive(self, peer: Peer, _sock: object) -> None:
        data = self._read(peer)
        if data is None:
            return
        now = time.monotonic()
        peer.arriving.add(data, now)
        if sum(map(len, self.peers)) > HELD_BY_ALL:
            self._close(max((each for each in self.peers if each.state != WORKING), key=len))
        if peer in self.peers:
            self._go_on(peer)

    def _go_on(self, peer: Peer) -> None:
        if (whole := peer.arriving.whole()) is not None:
            self.poller.unregister(peer.real)
            self._serve(peer, whole)
            return
        peer.deadline = peer.arriving.deadline()
        if peer.arriving.asks_to_continue:
            peer.arriving.asks_to_continue = False
            peer.sock.sendall(CONTINUE)

    def _read(self, peer: Peer, _sock: object = None) -> bytes | None:
        """None: nothing, or the connection is gone."""
        try:
            data = peer.real.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            data = b""
        if not data:
            self._close(peer)
        return data or None

    # In a thread

    def _serve(self, peer: Peer, whole: Whole) -> None:
        peer.state, peer.last = WORKING, whole.last
        done = self.tpool.submit(whole.path, self._answer, peer, whole.data)
        done.add_done_callback(lambda future: self.method_queue.defer(self._served, peer, future))

    def _answer(self, peer: Peer, data: bytes) -> bool:
        """Whether the connection may go on."""
        request = None
        try:
            request = next(RequestParser(self.cfg, [data], peer.client))
            # The sender was told already, if it asked.
            request._expected_100_continue = False
            return bool(self.handle_request(request, peer))  # type: ignore[no-untyped-call]
        except StopIteration:
            return False
        except OSError:
            peer.sock.cut = True  # the peer is gone or takes nothing
            return False
        except Exception as exc:
            self.handle_error(request, peer.sock, peer.client, exc)  # type: ignore[no-untyped-call]
            return False

    # Out

    def _served(self, peer: Peer, done: Future[bool]) -> None:
        going_on = done.exception() is None and done.result() and not peer.last and not peer.sock.cut
        peer.last = not going_on
        if peer.sock.cut and not len(peer.sock):
            self._close(peer)
        elif peer.sock.held:
            peer.state, peer.deadline = HELD, time.monotonic() + STAY_AWAY
        else:
            self._leave(peer)

    def _leave(self, peer: Peer) -> None:
        peer.sock.begin(time.monotonic())
        self._wait(peer, WRITING, selectors.EVENT_WRITE)
        self._send(peer, None)

    def _send(self, peer: Peer, _sock: object) -> None:
        try:
            through = peer.sock.flush()
        except OSError:
            self._close(peer)
            return
        peer.deadline = peer.sock.deadline()
        if not through:
            return
        if peer.sock.cut:
            self._close(peer)
        elif peer.last:
            self._linger(peer)
        else:
            self._next(peer)

    def _next(self, peer: Peer) -> None:
        now = time.monotonic()
        self._wait(peer, READING, selectors.EVENT_READ)
        peer.deadline = now + self.cfg.keepalive
        if len(peer.arriving):
            peer.arriving.next(now)
            self._go_on(peer)

    def _linger(self, peer: Peer) -> None:
        try:
            peer.real.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(peer)
            return
        peer.deadline = time.monotonic() + LINGER
        self._wait(peer, LINGERING, selectors.EVENT_READ)

    # Those who are late, and those who are too many

    def murder_pending(self) -> None:
        """The main loop calls this after each look at its sockets."""
        now = time.monotonic()
        if now < self._looked + LOOK_SECONDS:
            return
        self._looked = now
        for peer in [each for each in self.peers if each.state != WORKING]:
            idle = peer.state == READING and not len(peer)
            if peer.state == HELD:
                if peer.deadline < now or not self.alive:
                    self._leave(peer)
            elif peer.deadline < now or (idle and not self.alive):
                self._close(peer)

    def _make_room(self) -> None:
        """The oldest goes of those who have not sent a whole request or shall stay away, of whoever has most."""
        waiting = [peer for peer in self.peers if peer.state in (READING, HELD, LINGERING)]
        crowd = Counter(peer.address for peer in waiting)
        if waiting:
            self._close(min(waiting, key=lambda peer: (-crowd[peer.address], peer.deadline)))

    def _wait(self, peer: Peer, state: str, event: int) -> None:
        """For the peer to send or to take something; a peer that is at work waits for nothing."""
        if peer.state != WORKING and peer.real in self.poller.get_map():
            self.poller.unregister(peer.real)
        peer.state = state
        handlers: dict[str, Callable[[Peer, object], object]]
        handlers = {READING: self._receive, WRITING: self._send, LINGERING: self._read}
        self.poller.register(peer.real, event, partial(handlers[state], peer))

    def _close(self, peer: Peer) -> None:
        if peer not in self.peers:
            return
        self.peers.remove(peer)
        self.nr_conns -= 1
        if peer.real in self.poller.get_map():
            self.poller.unregister(peer.real)
        peer.real.close()


def _largest() -> int:
    megabytes = max(int(_setting("WEBHOOK_MAX_MB")), int(_setting("ADVOWARE_PROXY_MAX_MB"))) + 1
    return megabytes * 1024 * 1024


def _setting(name: str) -> Any:
    """Django is set up by the time of the first request only."""
    from django.conf import settings

    return getattr(settings.CONFIG, name)
