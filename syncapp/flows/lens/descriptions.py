"""Texts that a system shows as HTML: what people read of them, and texts that are not taken for HTML. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape

from syncapp.flows.lens.core import CantHold, Lens, Nothing, Said, Value, as_text
from syncapp.flows.lens.texts import Text, lines

# The tags that a description may hold; whatever else stands between angle brackets is text.
_LINE_ENDS = re.compile(r"<br ?/?>|</(?:p|li|div|h[1-6])>", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:a|b|i|u|s|p|ul|ol|li|em|strong|span|div|html-blob|h[1-6])(?: [^<>]*)?>", re.IGNORECASE)
_NAMED = re.compile("&(?:amp|lt|gt|quot|nbsp|#39);")
_TEXT = Text(multiline=True)
_LONGER = 5  # signs for one, escaped, at the most


@dataclass(frozen=True, slots=True)
class Description(Lens[object, str]):
    """HTML stays as it is until its text is another one. `limit`: in signs, as written; what is longer is cut."""

    limit: int

    def get(self, raw: object) -> Said[str]:
        return _TEXT.get(plain(lines(as_text(raw))))

    def put(self, raw: object, value: Value[str]) -> object | CantHold:
        return raw if self.same(value, _said(self.get(raw))) else self._written(value)

    def same(self, value: Value[str], said: Value[str]) -> bool:
        return value == said or self.get(self._written(value)) == said

    def kept(self, written: Value[str], now: Value[str]) -> bool:
        return self.same(written, now) or _TEXT.kept(written, now)

    def lifted(self, full: str, before: str, after: str) -> str:
        return _TEXT.lifted(full, before, after)

    def _written(self, value: Value[str]) -> str:
        """As it is, unless it would be read as something else: then with its signs escaped."""
        if isinstance(value, Nothing):
            return ""
        length = self.limit
        while True:
            cut = value[:length].rstrip()
            written = cut if plain(cut) == cut else escape(cut, quote=False)
            if len(written) <= self.limit:
                return written
            length -= (len(written) - self.limit + _LONGER - 1) // _LONGER


def plain(html: str) -> str:
    text = _TAGS.sub("", _LINE_ENDS.sub("\n", html))
    return _NAMED.sub(lambda found: unescape(found[0]), text)


def _said(said: Said[str]) -> Value[str]:
    assert isinstance(said, str | Nothing)  # noqa: S101  a text is always readable
    return said
