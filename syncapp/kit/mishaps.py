"""What may be told of an error: of which kind it is and where it happened, never its message. Pure.

An exception's message may quote what the program was at, and that is data of clients: a stranger's library puts a value
into it, and so does Python (`KeyError: 'Müller'`).
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

DEEPEST = 30  # places; the innermost are the ones that tell

# Disk, quota and limit of a process's files, handles of this process and of the machine, memory, and a disk that is
# broken or was made read-only.
_USED_UP = {
    *(
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.EROFS,
        errno.EIO,
        errno.EAGAIN,
    )
}
_FRAME = re.compile(r'  File "([^"]+)", line (\d+), in (\S+)')
_KIND = re.compile(r"[A-Za-z_][\w.]*")


def kinds(exc: BaseException) -> str:
    """Of the error and of those that led to it: `OSError < KeyError`."""
    return " < ".join(type(each).__name__ for each in _chain(exc))


def places(exc: BaseException) -> list[str]:
    """`module:line`, the innermost last."""
    found, trace = [], exc.__traceback__
    while trace is not None:
        found.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-DEEPEST:]


def place(exc: BaseException) -> str:
    """Kind and innermost place, in one line."""
    where = places(exc)
    return f"{type(exc).__name__}{f' in {where[-1]}' if where else ''}"[:300]


def lacking(exc: BaseException) -> str:
    """What of this machine was used up: `ENOSPC`, `MEMORY` ... Empty: nothing, as far as the error tells."""
    for each in _chain(exc):
        if isinstance(each, MemoryError):
            return "MEMORY"
        if isinstance(each, OSError) and each.errno in _USED_UP:
            return errno.errorcode[each.errno]
    return ""


def of_printed(text: str) -> str:
    """Kind and places out of a printed traceback, of the first error in it. What comes after is not looked at: it may
    be a message that looks like one."""
    frames: list[str] = []
    for line in text[text.find("Traceback (most recent call last):") :].splitlines()[1:]:
        if line[:1] not in ("", " "):
            kind = _KIND.match(line)
            return f"{kind[0] if kind else 'error'} in {' > '.join(frames[-DEEPEST:])}"
        if frame := _FRAME.match(line):
            frames.append(f"{_short(frame[1])}:{frame[2]} {frame[3]}")
    return "error"


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-3:])


def _chain(exc: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while exc is not None and id(exc) not in seen:
        seen.add(id(exc))
        yield exc
        exc = exc.__cause__ or (None if exc.__suppress_context__ else exc.__context__)
