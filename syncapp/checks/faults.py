"""A fault of the installation, in words."""

from __future__ import annotations

from django.core.checks import ERROR, INFO, WARNING, CheckMessage

LEVELS = {
    "E": ERROR,  # nothing starts
    "W": WARNING,  # it starts, and something is switched off or unwise
    "I": INFO,  # good to know
}


class Fault(CheckMessage):
    """`code` is a letter for the level and a number; `hint` says how to mend it."""

    def __init__(self, code: str, words: str, hint: str = "") -> None:
        super().__init__(LEVELS[code[0]], words, hint=hint or None, id=f"hub.{code}")
