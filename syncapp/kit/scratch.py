"""Files without a name for what passes through: they are gone with the process, whatever becomes of it."""

from __future__ import annotations

import errno
import tempfile
from typing import IO


def scratch_file() -> IO[bytes]:
    """Raises `OSError` with the machine's own reason, also where no folder takes a file any more: Python says then that
    it found none, and that would be told as an error of the program."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError as exc:
        raise OSError(errno.ENOSPC, "no folder for temporary files takes one") from exc
    return tempfile.TemporaryFile(prefix="hub-")
