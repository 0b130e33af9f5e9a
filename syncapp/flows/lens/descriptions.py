"""Texts that a system shows as HTML: what people read of them, and texts that are not taken for HTML. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from textwrap import dedent
from typing import Any

from syncapp.flows.lens.core import CantHold, Lens, Nothing, Said, Value, as_text
from syncapp.flows.lens.texts import Text, lines

# The tags that a description may hold; whatever else stands between angle brackets is text.
_NAMES = "a|b|blockquote|br|code|div|em|font|h[1-6]|hr|html-blob|i|img|li|ol|p|pre|s|span|strike|strong|sub|sup|u|ul"
_TABLE = "table|tbody|td|tfoot|th|thead|tr"
_TAG = re.compile(rf"</?(?:{_NAMES}|{_TABLE})(?:[ /][^<>]*)?>", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!/?(?:{_NAMES}|{_TABLE})(?:[ /][^<>]*)?>)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
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
    """What a person reads. Without a tag of HTML in it, it is text with entities at most, and keeps its blanks."""
    if not _TAG.search(html):
        return _ENTITY.sub(lambda found: unescape(found[0]), html)
    from lxml.html import fragment_fromstring

    tree = fragment_fromstring(_NO_TAG.sub("&lt;", html).replace("\n", "<br>"), create_parent="div")
    for link in tree.iter("a"):
        if target := _target(link.get("href", "").strip(), " ".join("".join(link.itertext()).split())):
            link.tail = f" ({target}){link.tail or ''}"
    return dedent(_drawn(tree))


def _drawn(tree: Any) -> str:
    """A paragraph is a line, as in Google's calendar; everything else as browsers do it."""
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.html_engine import Inscriptis
    from inscriptis.html_properties import Display
    from inscriptis.model.config import ParserConfig
    from inscriptis.model.html_element import HtmlElement

    look = ParserConfig(css=CSS_PROFILES["strict"] | {"p": HtmlElement(display=Display.block)})
    text: str = Inscriptis(tree, look).get_text()
    return text


def _target(href: str, text: str) -> str:
    """Where a link leads, unless its text says so."""
    shown = href.removeprefix("mailto:").removeprefix("tel:")
    bare = re.sub(r"^https?://", "", shown).rstrip("/")
    return "" if not shown or text.rstrip("/") in (shown, bare) or re.sub(r"^https?://", "", text) == bare else shown


def _said(said: Said[str]) -> Value[str]:
    assert isinstance(said, str | Nothing)  # noqa: S101  a text is always readable
    return said
