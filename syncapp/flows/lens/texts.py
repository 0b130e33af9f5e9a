"""Names and texts in canonical form, and what a side can't hold of them. Pure. Source: Unicode Standard Annex 15."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from syncapp.flows.lens.core import EMPTY, CantHold, Lens, Nothing, Said, Value, Why, as_text

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_BREAKING = "\r\v\f\x85\u2028\u2029"
_JOINERS = "\u200c\u200d"  # change how their neighbours look, so they are seen
_REPLACED = "?"
_SURE = 20  # signs: what a system keeps of a text that it cuts by itself is never shorter


def visible(text: str, kept: str = _JOINERS) -> str:
    """Composed, with plain blanks, and without the signs that a person can't see."""
    return unicodedata.normalize("NFC", "".join(_visible(sign, kept) for sign in text))


def _visible(sign: str, kept: str) -> str:
    if sign in "\t\n":
        return sign
    if unicodedata.category(sign) == "Zs":
        return " "
    return sign if sign.isprintable() or sign in kept else ""


def line(text: str) -> str:
    return " ".join(visible(_BREAKS.sub("\n", text)).split()).strip(_JOINERS + " ")


def lines(text: str) -> str:
    """One way to break lines; blanks at the ends of lines are not seen."""
    seen = _BREAKS.sub("\n", visible(text, _JOINERS + _BREAKING))  # nothing unseen parts a break in two
    return "\n".join(each.rstrip() for each in seen.split("\n")).strip()


class Over(StrEnum):
    """What becomes of a text that is too long."""

    CUT = "cut"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Text(Lens[object, str]):
    """`multiline`: line breaks are kept. `limit`: in signs. `charset`: what is outside becomes a question mark.

    `refused`: signs that the system takes in no value. `nothing`: how it says that there is none.
    """

    multiline: bool = False
    limit: int | None = None
    over: Over = Over.CUT
    charset: str = ""
    refused: str = ""
    nothing: str | None = ""

    def get(self, raw: object) -> Said[str]:
        value = self._tidy(as_text(raw))
        return value if value and value != self.nothing else EMPTY

    def put(self, raw: object, value: Value[str]) -> object | CantHold:
        said = self.get(raw)
        if value == said:
            return raw
        if value is EMPTY:
            return self.nothing
        if bad := sorted(set(value) & set(self.refused)):
            return CantHold(Why.SIGNS, "".join(bad))
        if self.limit is not None and len(value) > self.limit and self.over is Over.REFUSED:
            return CantHold(Why.TOO_LONG, str(self.limit))
        if self._tidy(value) == self.nothing:
            return CantHold(Why.INVALID)  # it would read as none
        return raw if self.same(value, _said(said)) else self._cut(value)

    def same(self, value: Value[str], said: Value[str]) -> bool:
        if value == said or isinstance(value, Nothing) or isinstance(said, Nothing):
            return value == said
        held = self._cut(value)
        return said in (self._tidy(held), self._tidy(_replaced(held, self.charset)))  # not every one replaces

    def kept(self, written: Value[str], now: Value[str]) -> bool:
        """Systems cut and replace without saying so, and not always where they are known to."""
        if self.same(written, now) or isinstance(written, Nothing) or isinstance(now, Nothing):
            return self.same(written, now)
        short = written[: len(now)]
        if len(now) < len(written) and len(now) < _SURE:
            return False
        return len(short) == len(now) and all(
            b == a or (b == _REPLACED and not a.isascii()) for a, b in zip(short, now, strict=True)
        )

    def lifted(self, full: str, before: str, after: str) -> str:
        """The edit between `before` and `after`, made in `full`: what was cut off or replaced there stays."""
        result, end = "", len(before)
        for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            pushed_out = kind == "delete" and i2 == end and len(after) >= end and len(full) > end
            result += full[i1:i2] if kind == "equal" or pushed_out else after[j1:j2]
        return self._tidy(result + full[end:])

    def _cut(self, value: str) -> str:
        return value if self.limit is None or self.over is Over.REFUSED else value[: self.limit].rstrip()

    def _tidy(self, value: str) -> str:
        return lines(value) if self.multiline else line(value)


def _replaced(value: str, charset: str) -> str:
    return value.encode(charset, "replace").decode(charset) if charset else value


def _said(said: Said[str]) -> Value[str]:
    assert isinstance(said, str | Nothing)  # noqa: S101  a text is always readable
    return said
