"""Why a backup, a restore or a move is not made. The words are for whoever typed the command."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was changed, and the message says what to do."""


class Damaged(Refused):
    """The file is not whole, or no backup at all."""

    def __init__(self, file: object, why: str) -> None:
        super().__init__(f"{file} is damaged or not a backup of the hub: {why}.")
