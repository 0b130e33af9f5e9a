"""A fault of the installation, in words, and what several checks ask."""

from __future__ import annotations

import ipaddress

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


def is_loopback(host: str) -> bool:
    """This machine: the sandbox, to try it out."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
