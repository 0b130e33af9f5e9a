"""What is done by command is on record as what is done in the admin is."""

from __future__ import annotations

import getpass
from contextlib import AbstractContextManager

from syncapp.models import StaffAction

VIA = "command"


def recorded(
    action: str, target_type: str = "", target_id: str = "", detail: str = ""
) -> AbstractContextManager[StaffAction]:
    """Nobody is logged in at a command line: the name of the computer's user stands in the detail."""
    return StaffAction.recorded(action, target_type, target_id, f"{_who()}: {detail}".removesuffix(": "), via=VIA)


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return "unknown user"
