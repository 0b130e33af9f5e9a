"""A request on its way in: bytes as they come, and whether it is whole. Pure.

Only enough of HTTP is understood here to know where a request ends; gunicorn's own parser reads it afterwards and
refuses what is wrong. Should both disagree, that parser runs out of bytes and the connection is closed: nothing here
can make it read a request that it would not have read by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

END_OF_HEAD = b"\r\n\r\n"
LONGEST_HEAD = 64 * 1024  # bytes; gunicorn refuses shorter ones, this only ends the waiting
PATIENCE = 15.0  # seconds in which a small request must be here, whole
SLOWEST = 32 * 1024  # bytes a second beyond that: a large body gets as long as a slow line needs, not longer


@dataclass(frozen=True, slots=True)
class Whole:
    """`last`: what follows on this connection can't be told apart from it, so it ends after the answer."""

    data: bytes
    path: str
    last: bool


class Arriving:
    """`largest` is the longest body that is waited for. A request that announces more is whole with its head, as is one
    that does not announce its length: whoever serves it answers 413 or 411 without reading."""

    def __init__(self, largest: int, now: float) -> None:
        self._largest = largest
        self._held = bytearray()
        self._need = 0  # bytes, head included; 0: the head is not here yet
        self._last = False
        self._since = now
        self.asks_to_continue = False

    def __len__(self) -> int:
        return len(self._held)

    def add(self, data: bytes, now: float) -> None:
        if not self._held:
            self._since = now
        looked = max(0, len(self._held) - len(END_OF_HEAD) + 1)
        self._held += data
        if not self._need:
            self._look(looked)

    def whole(self) -> Whole | None:
        """Takes it out. What came after it is the beginning of the next one."""
        if not self._need or len(self._held) < self._need:
            return None
        data = bytes(self._held[: self._need])
        target = data.split(b"\r\n", 1)[0].split(b" ", 2)[1:2]
        path = (target[0] if target else b"").partition(b"?")[0].decode("latin-1")
        found = Whole(data, path, self._last)
        del self._held[: self._need]
        self._need, self._last, self.asks_to_continue = 0, False, False
        return found

    def next(self, now: float) -> None:
        """What has come already counts from now on: until now somebody else was at work."""
        self._since = now
        self._look(0)

    def deadline(self) -> float:
        return self._since + PATIENCE + len(self._held) / SLOWEST

    def _look(self, start: int) -> None:
        end = self._held.find(END_OF_HEAD, start)
        if end < 0:
            if len(self._held) > LONGEST_HEAD:
                self._need, self._last = len(self._held), True
            return
        length, self._last, self.asks_to_continue = _announced(bytes(self._held[:end]))
        if length > self._largest:
            length, self._last, self.asks_to_continue = 0, True, False
        self._need = end + len(END_OF_HEAD) + length


def _announced(head: bytes) -> tuple[int, bool, bool]:
    """The body's length, whether the connection must end after it, and whether the sender waits for a word."""
    lengths, chunked, waits = [], False, False
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        match name.strip().lower():
            case b"content-length":
                lengths.append(value.strip())
            case b"transfer-encoding":
                chunked = True
            case b"expect":
                waits = value.strip().lower() == b"100-continue"
    if chunked or len(lengths) > 1 or not all(each.isdigit() and len(each) < 16 for each in lengths):
        return 0, True, False
    return (int(lengths[0]) if lengths else 0), False, waits
