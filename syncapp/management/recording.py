"""What is done by command is on record as what is done in the admin is."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from syncapp.models import StaffAction

VIA = "command"


@contextmanager
def recorded(action: str, target_type: str = "", target_id: str = "", detail: str = "") -> Iterator[StaffAction]:
    """Write the action down before it is done; the block sets `count` to what really moved.

    Nobody is logged in at a command line: the name of the computer's user stands in the detail.
    """
    row = StaffAction.objects.create(
        via=VIA,
        action=action,
        target_type=target_type[:64],
        target_id=target_id[:200],
        count=0,
        detail=f"{_who()}: {detail}".removesuffix(": ")[:300],
    )
    try:
        yield row
    finally:
        row.save(update_fields=["count"])


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return "unknown user"
