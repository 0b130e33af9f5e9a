"""Small things that data flows through: counted, hashed, packed. Each holds a piece of it, never all."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable
from typing import Protocol

PIECE = 1 << 20
GZIP = zlib.MAX_WBITS | 16  # with gzip's head, so that everybody can unpack it
QUICKLY = 1  # a nightly job on a small machine: the best level takes ten times as long for a tenth less

Tell = Callable[[int], None]


Progress = Callable[[str, int, int], None]  # what is done, how much of it, of how much (0: nobody knows)


class Source(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Counted(io.RawIOBase):
    """Writes on, and knows how much of it there was and its SHA-256. A fault of writing is kept, for who writes through
    a library that makes other errors of it."""

    def __init__(self, target: Sink | None, tell: Tell = lambda _size: None) -> None:
        self.size, self._hash, self._target, self._tell = 0, hashlib.sha256(), target, tell
        self.fault: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self._target is not None:
            try:
                self._target.write(data)
            except OSError as exc:
                self.fault = exc
                raise
        self._hash.update(data)
        self.size += len(data)
        self._tell(self.size)
        return len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Told:
    """A source that tells how much of it was read."""

    def __init__(self, source: Source, tell: Tell) -> None:
        self._source, self._tell, self._size = source, tell, 0

    def read(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size)
        self._size += len(piece)
        self._tell(self._size)
        return piece


class Packed(io.RawIOBase):
    """What is read from it is the source, packed as gzip does."""

    def __init__(self, source: Source) -> None:
        self._source, self._packer, self._left = source, zlib.compressobj(QUICKLY, wbits=GZIP), b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        while not self._ended and (size < 0 or len(self._left) < size):
            piece = self._source.read(PIECE)
            self._left += self._packer.compress(piece) if piece else self._packer.flush()
            self._ended = not piece
        if size < 0:
            size = len(self._left)
        given, self._left = self._left[:size], self._left[size:]
        return given


class Unpacking(io.RawIOBase):
    """What is written into it comes out unpacked in the target; `end()` says whether that was all."""

    def __init__(self, target: Sink) -> None:
        self._target, self._unpacker = target, zlib.decompressobj(GZIP)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Raises `zlib.error`."""
        left = bytes(data)
        while left and not self._unpacker.eof:
            self._target.write(self._unpacker.decompress(left, PIECE))
            left = self._unpacker.unconsumed_tail
        return len(data)

    def end(self) -> bool:
        self._target.write(self._unpacker.flush())
        return self._unpacker.eof
