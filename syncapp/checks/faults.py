"""A fault of the installation, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    ERROR = "E"  # nothing starts
    WARNING = "W"  # it starts, and something is switched off or unwise
    NOTE = "I"  # good to know


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is a letter for the level and a number; `hint` says how to mend it."""

    code: str
    words: str
    hint: str = ""

    @property
    def level(self) -> Level:
        return Level(self.code[0])
