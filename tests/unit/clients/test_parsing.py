"""Whatever a system answers: a value or ``UnexpectedAnswer``, never another exception. And pure functions for xAI."""

from __future__ import annotations

import contextlib
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.clients.errors import EntityTypeUnknown, UnexpectedAnswer
from syncapp.clients.espocrm import EntityMeta, EspoDocument, EspoParent, Fields, Webhook
from syncapp.clients.http.parse import json_of
from syncapp.clients.xai import XaiCollection, XaiDocument, XaiFile, has_marker, safe_filename

KEYS = st.sampled_from(
    [
        *Fields().document_select,
        *Fields().parent_select,
        *["fields", "links", "entity", "type", "event", "url", "secretKey", "isActive", "skipOwn", "user", "userName"],
        *["filename", "bytes", "created_at", "collection_id", "collection_name", "documents_count", "file_metadata"],
        *["file_id", "name", "size_bytes", "hash", "status", "error_message"],
    ]
)
TEXTS = st.sampled_from(["", "1", "²", "9" * 5000, "2026-03-01 12:00:00", "9999-12-31T23:59:59-10:00", "Neu", "\ud800"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | TEXTS
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=12), max_leaves=25
)
PARSERS: list[Callable[[Any], object]] = [
    EspoDocument.from_api,
    lambda raw: EspoParent.from_api(raw, "Account"),
    Webhook.from_api,
    XaiFile.from_api,
    XaiCollection.from_api,
    XaiDocument.from_api,
]


@given(raw=st.dictionaries(KEYS, JSON, max_size=12) | JSON)
def test_parsers_raise_nothing_but_unexpected_answer(raw: Any) -> None:
    for parse in PARSERS:
        with contextlib.suppress(UnexpectedAnswer):
            hash(parse(raw))
        if isinstance(raw, dict):
            with contextlib.suppress(UnexpectedAnswer):
                parse(raw | {"id": "1", "collection_id": "1", "file_metadata": raw | {"file_id": "1"}, "user": raw})
    with contextlib.suppress(UnexpectedAnswer, EntityTypeUnknown):
        EntityMeta.from_api(raw)


SIGNS = st.text(st.characters(codec=None) | st.sampled_from("\0\ud83d\ude00😀퀀"), max_size=6)
ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers() | SIGNS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SIGNS, inner, max_size=3),
    max_leaves=12,
)


@given(value=ANSWERS, escaped=st.booleans())
def test_no_text_of_an_answer_holds_what_no_database_takes(value: object, escaped: bool) -> None:
    body = json.dumps(value, ensure_ascii=escaped).encode(errors="surrogatepass")
    assert json_of(body) == _storable(json.loads(body))


PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def _joined(pair: re.Match[str]) -> str:
    high, low = map(ord, pair[0])
    return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _storable(value: object) -> object:
    match value:
        case str():
            whole = PAIR.sub(_joined, value)
            return "".join(sign for sign in whole if sign != "\0" and unicodedata.category(sign) != "Cs")
        case list():
            return [_storable(each) for each in value]
        case dict():
            return {_storable(name): _storable(each) for name, each in value.items()}
    return value


MARKERS = st.from_regex(r"[A-Za-z0-9_-]{0,100}", fullmatch=True)


@given(name=st.text(max_size=400), marker=MARKERS)
def test_a_safe_filename_is_acceptable_and_recognised(name: str, marker: str) -> None:
    safe = safe_filename(name, marker)
    assert 0 < len(safe.encode()) <= 255
    assert not set(safe) & set('";\\/\r\n\0')
    assert safe.isprintable()
    assert safe.strip() == safe
    assert has_marker(safe, marker) == bool(marker)
    assert safe_filename(name, marker) == safe


@pytest.mark.parametrize(
    ("name", "marker", "safe"),
    [
        ("Mietvertrag.pdf", "65f0-abc", "Mietvertrag--65f0-abc.pdf"),
        ("Mietvertrag", "65f0", "Mietvertrag--65f0"),
        ('a";b\\c/d.txt', "", "a b c d.txt"),
        ("Brief vom 1. März", "m", "Brief vom 1. März--m"),
        ("a\r\nX-Evil: 1.pdf", "", "a X-Evil 1.pdf"),
        ("", "m", "document--m"),
        (".gitignore", "", "gitignore"),
        ("u\u0308ber.pdf", "", "über.pdf"),
        ("invisible\u202egnp.pdf", "", "invisible gnp.pdf"),
    ],
)
def test_safe_filenames(name: str, marker: str, safe: str) -> None:
    assert safe_filename(name, marker) == safe


def test_a_long_name_keeps_marker_and_ending() -> None:
    safe = safe_filename("ä" * 300 + ".docx", "marker")
    assert safe.endswith("ä--marker.docx")
    assert len(safe.encode()) <= 255


def test_an_unusable_marker_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="marker"):
        safe_filename("a.pdf", "a b")
