"""What a process does while it loads the program, and when it has: a fifth of a start, and memory for as long as it
stays, would go to nothing.
"""

from __future__ import annotations

import gc
import sys

from bitbylaw import places


def begin() -> None:
    """Nearly all that is loaded stays: nobody looks for garbage meanwhile.

    Not for who forks: what garbage leaves free is scattered, and each fork would write there, into pages of its own.
    """
    gc.disable()


def end() -> None:
    """What is loaded is never looked through again (a tenth of a second each time), and forks go on sharing it."""
    gc.freeze()
    gc.enable()


def end_and_stay() -> None:
    """For processes that stay: the little that loading did leave behind goes first."""
    gc.collect()
    end()


def without_what_nobody_uses() -> None:
    """For the web server. Django REST and the theme load what is installed, used or not: the colours of a page that
    is switched off, and for a hub on SQLite the fields of PostgreSQL with its whole library. 9 MB.

    None in this place is Python's own way to say that there is no such module.
    """
    sys.modules.setdefault("pygments", None)  # type: ignore[arg-type]
    if places.on_sqlite():
        sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]
