"""Texts that Google's own page shows and writes as HTML. No database, no HTTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.flows.lens.core import EMPTY, Nothing
from syncapp.flows.lens.descriptions import Description

GOOGLE = Description(limit=8192)


@pytest.mark.parametrize(
    ("description", "note"),
    [
        ("<b>Frist</b><br>Akte &amp; Vollmacht", "Frist\nAkte & Vollmacht"),
        ("<p>eins</p><p>zwei</p>", "eins\nzwei"),
        ('<a href="https://gericht.example/a?b=1">Saal</a>&nbsp;3', "Saal (https://gericht.example/a?b=1) 3"),
        ('<a href="https://gericht.example/">https://gericht.example</a>', "https://gericht.example"),
        ('<a href="https://gericht.example">gericht.example</a> x', "gericht.example x"),
        ('<a href="mailto:a@w.example">a@w.example</a>', "a@w.example"),
        ('<a href="mailto:a@w.example">Frau Wendland</a>', "Frau Wendland (a@w.example)"),
        ("<ul><li>Akte</li><li>Vollmacht</li></ul>", "* Akte\n* Vollmacht"),
        ("Mit:<ol><li>Akte</li><li>Kopie</li></ol>Ende", "Mit:\n 1. Akte\n 2. Kopie\nEnde"),
        (
            "<table><tr><td>Az</td><td>12 C 3/26</td></tr><tr><td>Gericht</td><td>AG</td></tr></table>",
            "Az       12 C 3/26\nGericht  AG",
        ),
        ("<b>Az</b>\n<i>12 C 3/26</i>", "Az\n12 C 3/26"),  # Google shows a break of lines as one
        ("<b>1 < 2</b> &sect; &#8222;so&#8220; &unbekannt;", "1 < 2 § „so“ &unbekannt;"),
        ("<b>nicht zu", "nicht zu"),
        ("<script>x</script> <b>y</b>", "<script>x</script> y"),
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
        ("§ 4 &sect; 5", "§ 4 &amp;sect; 5"),
        ("zwei  Blanks", "zwei  Blanks"),
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


TAGS = st.sampled_from(
    ["<b>", "</b>", "<br>", "<table>", "<td>", "</tr>", "<a href='x'>", "<ol>", "<li>", "<p", "&#0;", "&lt;", "<!--"]
)


@given(st.lists(TAGS | st.text(max_size=8), max_size=12).map("".join))
def test_whatever_stands_there_is_read_and_written_back_unchanged(html: str) -> None:
    said = GOOGLE.get(html)
    assert isinstance(said, str | Nothing)
    assert GOOGLE.put(html, said) == html
