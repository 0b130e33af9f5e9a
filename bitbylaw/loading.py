"""What a process does while it loads the program, and when it has: a fifth of a start, and memory for as long as it
stays, would go to nothing.
"""

from __future__ import annotations

import gc


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
