"""Where systemd's journal reads along, each line begins with its level: `journalctl -p warning` finds the warnings.

The journal takes the prefix away again (sd-daemon(3)). Without it all lines are of one level to it.
"""

from __future__ import annotations

import os
from typing import Any

STREAM = "JOURNAL_STREAM"
STANDARD_ERROR = 2
# syslog(3); what has no level of ours is information.
LEVELS = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
OTHERS = LEVELS["info"]


def read_by_the_journal(descriptor: int = STANDARD_ERROR) -> bool:
    """The variable is inherited, also by who writes into a file or a pipe: it counts for the stream that it names."""
    try:
        there = os.fstat(descriptor)
    except OSError:
        return False
    return os.environ.get(STREAM) == f"{there.st_dev}:{there.st_ino}"


class WithLevel:
    """What the renderer made, behind the level."""

    def __init__(self, renderer: Any) -> None:
        self._renderer = renderer

    def __call__(self, logger: Any, name: str, event: Any) -> str:
        level = LEVELS.get(str(event.get("level")), OTHERS)  # before the renderer, which may take it out
        return f"<{level}>{self._renderer(logger, name, event)}"
