"""The body of an upload, read from disk while it is sent: memory stays at one block, whatever the size."""

from __future__ import annotations

import re
from typing import BinaryIO

_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}")
_UNKNOWN_TYPE = "application/octet-stream"


class MultipartFile:
    """One part named ``file`` (RFC 7578). Reads ``size`` bytes from the start of the stream, never more."""

    def __init__(self, stream: BinaryIO, size: int, filename: str, content_type: str, boundary: str) -> None:
        kind = content_type if _CONTENT_TYPE.fullmatch(content_type) else _UNKNOWN_TYPE
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode()
        self._foot = f"\r\n--{boundary}--\r\n".encode()
        self._stream = stream
        self._left = size
        self.length = len(self._head) + size + len(self._foot)

    def read(self, size: int = -1, /) -> bytes:
        """Fewer bytes than asked for are normal, none is the end. OSError when the file shrank meanwhile."""
        return self._block(size) if size >= 0 else b"".join(iter(lambda: self._block(self._left), b""))

    def _block(self, size: int) -> bytes:
        if self._head:
            start, self._head = self._head, b""
            self._stream.seek(0)
            return start  # shorter than any block that is asked for
        if self._left:
            block = self._stream.read(min(size, self._left))
            if not block:
                raise OSError("the file is shorter than announced")
            self._left -= len(block)
            return block
        end, self._foot = self._foot, b""
        return end
