"""A body on its way from Advoware to the caller, at most some blocks of it in memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from syncapp.clients.advoware.relay import Relayed
from syncapp.clients.errors import ClientError
from syncapp.models import ProxyRefusal
from syncapp.proxy.audit import Entry
from syncapp.proxy.refusals import meaning

AHEAD = 256 * 1024  # bytes that are awaited before the first one is passed on
OPENING, CLOSING = b'{"result": ', b"}"


class Passing(Iterator[bytes]):
    """The rest of an answer. Its end, of whichever kind, is in the log and frees the connection to Advoware."""

    def __init__(self, upstream: Relayed, parts: Iterable[bytes], entry: Entry) -> None:
        self._upstream, self._entry = upstream, entry
        self._parts = iter(parts)
        self._size = 0

    def __next__(self) -> bytes:
        try:
            part = next(self._parts)
        except StopIteration:
            self._end(None)
            raise
        except ClientError as exc:
            self._end(meaning(exc))
            raise  # the server closes the connection, so that nobody takes the part for the whole
        self._size += len(part)
        return part

    def close(self) -> None:
        """The web server calls this at the end, also when the caller hung up."""
        self._end(ProxyRefusal.HUNG_UP)

    def _end(self, why: ProxyRefusal | None) -> None:
        self._upstream.close()
        self._entry.end(200, self._size, why)


def read_ahead(chunks: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """The beginning, and whether that was all."""
    ahead, size = [], 0
    for chunk in chunks:
        ahead.append(chunk)
        size += len(chunk)
        if size >= AHEAD:
            return ahead, False
    return ahead, True


def wrapped(ahead: Iterable[bytes], rest: Iterable[bytes]) -> Iterator[bytes]:
    """JSON inside of JSON, without reading it."""
    yield OPENING
    yield from ahead
    yield from rest
    yield CLOSING


def in_utf8(chunks: Iterator[bytes], charset: str) -> Iterator[bytes]:
    """JSON in UTF-8 and without the mark that may stand before it: inside of other JSON it would be a fault."""
    decoder = None if charset == "utf-8" else codecs.getincrementaldecoder(charset)("replace")
    held, begun = b"", False
    for chunk in chunks:
        part = decoder.decode(chunk).encode() if decoder else chunk
        if not begun:
            held += part
            if len(held) < len(codecs.BOM_UTF8):
                continue
            part, held, begun = held.removeprefix(codecs.BOM_UTF8), b"", True
        if part:
            yield part
    if held:
        yield held
