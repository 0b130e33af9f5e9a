"""Texts that Google's own page shows and writes as HTML. No database, no HTTP."""

from __future__ import annotations

import pytest

from syncapp.flows.lens.core import EMPTY
from syncapp.flows.lens.descriptions import Description

GOOGLE = Description(limit=8192)


@pytest.mark.parametrize(
    ("description", "note"),
    [
        ("<b>Frist</b><br>Akte &amp; Vollmacht", "Frist\nAkte & Vollmacht"),
        ("<p>eins</p><p>zwei</p>", "eins\nzwei"),
        ('<a href="https://gericht.example/a?b=1">Saal</a>&nbsp;3', "Saal 3"),
        ("<html-blob><u></u>x<br/></html-blob>", "x"),
        ("5 < 7 und a > b", "5 < 7 und a > b"),
        ("<Mandant> ruft an", "<Mandant> ruft an"),
        ("https://x.example/?a=1&lt=2", "https://x.example/?a=1&lt=2"),
        ("<br><b></b>", EMPTY),
        (None, EMPTY),
    ],
)
def test_a_description_of_googles_page_is_read_as_text(description: str | None, note: object) -> None:
    assert GOOGLE.get(description) == note


@pytest.mark.parametrize(
    ("note", "written"),
    [
        ("Akte & Vollmacht\n5 < 7", "Akte & Vollmacht\n5 < 7"),
        ("&gt;", "&amp;gt;"),  # else Google's page shows another sign, and so it would be read
        ("<b>fett</b>", "&lt;b&gt;fett&lt;/b&gt;"),
        ("a <br> b & c", "a &lt;br&gt; b &amp; c"),
        ("x" * 9000, "x" * 8192),
        ("<b>" + "&" * 9000, "&lt;b&gt;" + "&amp;" * 1636),
        (EMPTY, ""),
    ],
)
def test_a_text_is_written_so_that_it_is_read_again(note: str, written: str) -> None:
    assert GOOGLE.put("<b>alt</b>", note) == written
    now = GOOGLE.get(written)
    assert GOOGLE.same(note, now)  # type: ignore[arg-type]
    assert len(written) <= 8192
    assert (now == note) is (len(str(note)) < 8192)


def test_html_stays_until_its_text_was_edited() -> None:
    html = "<b>Frist</b><br>Akte"
    assert GOOGLE.put(html, "Frist\nAkte") is html
    assert GOOGLE.put(html, "Frist") == "Frist"
