"""One value among what a person wrote around it: that is synced, the rest is a remark that its side keeps. Pure."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import dataclass

from syncapp.flows.lens.core import EMPTY, CantHold, Lens, Said, Unreadable, Value, Why, as_text
from syncapp.flows.lens.texts import visible

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the value stands in the text. `bare`: nothing around it that a person would miss."""

    start: int
    end: int
    value: str
    bare: bool = True


def plain(raw: object) -> str:
    """As a person sees it, on one line, with one kind of dash."""
    return _DASHES.sub("-", " ".join(visible(as_text(raw), kept="").split()))


class Within(Lens[object, str]):
    """A value that people write remarks around. Anything but exactly one is unreadable."""

    @abstractmethod
    def spot(self, text: str) -> Spot | None:
        """Where the only value of a text stands; None when there is none, or more than one. `text` is `plain`."""

    @abstractmethod
    def written(self, value: str) -> str | CantHold:
        """How this side writes a value."""

    def get(self, raw: object) -> Said[str]:
        text = plain(raw)
        if not text:
            return EMPTY
        spot = self.spot(text)
        return spot.value if spot else Unreadable(text)

    def put(self, raw: object, value: Value[str]) -> object | CantHold:
        text, said = plain(raw), self.get(raw)
        if isinstance(said, Unreadable):
            return CantHold(Why.UNREADABLE, said.shown)
        if self.same(value, said):
            return raw
        spot = self.spot(text) if text else None
        if value is EMPTY:
            return CantHold(Why.REMARK, text) if spot and not spot.bare else ""
        written = self.written(value)
        if isinstance(written, CantHold):
            return written
        after = f"{text[: spot.start]}{written}{text[spot.end :]}" if spot else written
        # What isn't read again as it was meant is never written.
        now = self.get(after)
        if not isinstance(now, Unreadable) and self.same(value, now):
            return after
        return CantHold(Why.INVALID if self.get(written) != value else Why.REMARK, text if spot else value)
