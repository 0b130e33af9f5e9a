"""An answer on its way out. For gunicorn it is the socket; what the peer does not take yet is kept here instead."""

from __future__ import annotations

import select
import socket
import time

from bitbylaw.web.arriving import PATIENCE, SLOWEST

KEPT = 2 * 1024 * 1024  # bytes; longer than any page or file of ours, so only a long answer of Advoware's waits
PIECE = 256 * 1024
TOO_MANY = (b"HTTP/1.1 429 ", b"HTTP/1.0 429 ")


class Leaving:
    """A thread writes while it makes the answer, the main loop sends the rest: never both at once."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._kept = bytearray()
        self._since = self._waited = 0.0
        self._sent = 0
        self.cut = False  # an answer broke off: the peer must not take the part for the whole
        self.held = False  # the peer shall stay away: its answer leaves when the main loop says so

    def __len__(self) -> int:
        return len(self._kept)

    def begin(self, now: float) -> None:
        """From now on it is the main loop's."""
        self._since, self._sent, self._waited, self.held = now, 0, 0.0, False

    def deadline(self) -> float:
        return self._since + PATIENCE + self._sent / SLOWEST

    def flush(self) -> bool:
        """Sends what the peer takes now; whether that was all. Raises OSError when it is gone."""
        while self._kept:
            piece = bytes(self._kept[:PIECE])
            try:
                sent = self._sock.send(piece)
            except BlockingIOError:
                return False
            self._sent += sent
            del self._kept[:sent]
        return True

    def _writable(self, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self._sock, select.POLLOUT)
        return bool(waiting.poll(seconds * 1000))

    # What gunicorn asks of a socket

    def sendall(self, data: bytes) -> None:
        # A piece of somebody's text that reads the same leaves a little later, too: no harm.
        self.held = self.held or (not self._kept and data.startswith(TOO_MANY))
        self._kept += data
        if not self.held:
            self.flush()
        while len(self._kept) > KEPT:
            left = PATIENCE + self._sent / SLOWEST - self._waited
            began = time.monotonic()
            if left <= 0 or not self._writable(left):
                raise TimeoutError("the peer takes too little")
            self._waited += time.monotonic() - began
            self.flush()

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def gettimeout(self) -> float:
        return 0.0

    def settimeout(self, _seconds: float | None) -> None:
        """The main loop sees to it."""

    def setblocking(self, _blocking: bool) -> None:
        """Never."""

    def shutdown(self, _how: int) -> None:
        self.cut = True

    def recv(self, _size: int) -> bytes:
        return b""

    def close(self) -> None:
        self.cut = True
