"""Dates and choices out of a table. Pure. Source: ISO 8601; Advoware says 0001-01-01 where there is no date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from syncapp.flows.lens.core import EMPTY, CantHold, Lens, Said, Unreadable, Value, Why, as_text
from syncapp.flows.lens.texts import line

NULL_DATE = "0001-01-01"
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})((?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?)")


@dataclass(frozen=True, slots=True)
class Day(Lens[object, str]):
    """A day as `YYYY-MM-DD`. `midnight`: what this side writes behind it. A half date is unreadable."""

    midnight: str = ""

    def get(self, raw: object) -> Said[str]:
        text = line(as_text(raw))
        if not text or text.startswith(NULL_DATE):
            return EMPTY
        found = _DAY.fullmatch(text)
        return found[1] if found and _exists(found[1]) else Unreadable(text)

    def put(self, raw: object, value: Value[str]) -> object | CantHold:
        said = self.get(raw)
        if value == said:
            return raw
        if isinstance(said, Unreadable):
            return CantHold(Why.UNREADABLE, said.shown)
        if value is EMPTY:
            return None
        if not _exists(value) or value == NULL_DATE:
            return CantHold(Why.INVALID, value)
        return f"{value}{self.midnight}"


def _exists(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Choice(Lens[object, str]):
    """`words`: our value to this side's words for it, the first of which is written. `absent`: the value that a missing
    or empty word stands for."""

    words: Mapping[str, tuple[object, ...]]
    absent: str = ""

    def get(self, raw: object) -> Said[str]:
        text = line(as_text(raw))
        if not text:
            return self.absent or EMPTY
        for value, words in self.words.items():
            if any(line(as_text(word)) == text for word in words):
                return value
        return Unreadable(text)

    def put(self, raw: object, value: Value[str]) -> object | CantHold:
        said = self.get(raw)
        if value == said:
            return raw
        if isinstance(said, Unreadable):
            return CantHold(Why.UNREADABLE, said.shown)
        if value is EMPTY:
            return CantHold(Why.NO_SUCH_OPTION) if self.absent else ""
        return next(iter(self.words.get(value, ())), CantHold(Why.NO_SUCH_OPTION, value))
