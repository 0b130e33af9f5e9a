"""What somebody's words can be: a table; and no word is ever a wildcard or an address."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.admin.search.classify import LONGEST, Asked, classify, says
from syncapp.admin.search.questions import question

IBAN, CRM_ID = "DE89370400440532013000", "65f0c0ffee0000001"
FIELDS = frozenset({"name", "firmenname", "betnr", "iban", "emailAddress", "phoneNumber", "aktenzeichen", "xaiId"})


def asked(words: str) -> dict[str, Any]:
    """The questions, without those for names."""
    given = classify(words)
    fields = ("ids", "remote_id", "number", "iban", "mail", "phone", "reference")
    return {name: value for name in fields if (value := getattr(given, name)) not in ("", None, ())}


@pytest.mark.parametrize(
    ("words", "questions"),
    [
        ("Wendland, Jörn", {}),
        ("Wendland", {"ids": ("Wendland",)}),
        ("DE89 3704 0044 0532 0130 00", {"iban": IBAN}),
        (IBAN.lower(), {"iban": IBAN, "ids": (IBAN.lower(),)}),
        ("DE88 3704 0044 0532 0130 00", {}),  # wrong check digits
        (
            "mailto:j.wendland@Example.org",
            {"mail": "j.wendland@example.org", "ids": ("mailto:j.wendland@Example.org",)},
        ),
        ("Jörn Wendland <j.wendland@example.org>", {"mail": "j.wendland@example.org"}),
        ("030 1234567", {"phone": "+49301234567"}),
        ("Tel. 030/1234567", {"phone": "+49301234567"}),
        ("104860", {"number": 104860, "ids": ("104860",)}),
        ("-77", {"number": -77}),
        ("6" * 17, {"number": int("6" * 17), "ids": ("6" * 17,), "remote_id": "6" * 17}),  # an id of EspoCRM's too
        ("9" * 30, {"ids": ("9" * 30,), "remote_id": "9" * 30}),  # no number that a database takes
        ("٣٤٥", {}),
        ("123/26", {"reference": "123/2026"}),
        ("Az.: 00123/2026-SB", {"reference": "123/2026"}),
        ("12 C 345/26", {}),  # a court's
        ("12.05.2026", {"ids": ("12.05.2026",), "remote_id": "12.05.2026"}),
        (f"https://crm.example.org/#CDokumente/view/{CRM_ID}", {"ids": (CRM_ID,), "remote_id": CRM_ID}),
        ("../../User/1", {}),
        ("file_a128", {"ids": ("file_a128",), "remote_id": "file_a128"}),
        (
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            {"ids": ("0f8fad5b-d9cb-469f-a165-70867728950e",)} | {"remote_id": "0f8fad5b-d9cb-469f-a165-70867728950e"},
        ),
        ("%", {}),
        ("_", {}),
        ("x", {"ids": ("x",)}),
        ("", {}),
        ("\u200b \ufeff", {}),
    ],
)
def test_what_words_can_be(words: str, questions: dict[str, Any]) -> None:
    assert asked(words) == questions


@pytest.mark.parametrize("words", ["", "%", "_%_", " , ", "\u200b"])
def test_what_says_nothing_asks_nothing(words: str) -> None:
    assert not classify(words).anything


def test_signs_that_nobody_sees_are_no_part_of_a_name() -> None:
    assert classify("\u200bWend\u200bland\u00a0 Jörn\n") == classify("Wendland Jörn")
    assert classify("Jo\u0308rn Wendland") == classify("Jörn Wendland")


@pytest.mark.parametrize(
    ("words", "name", "found"),
    [
        ("wendland jorn", "Jörn Wendland", True),
        ("Wendland, Jörn", "Jörn Wendland", True),
        ("straße", "Hauptstrasse 3", True),
        ("a_b", "axb", False),
        ("50%", "505 Seiten", False),
        ("50%", "50% der Miete", True),
        ("", "Wendland", False),
    ],
)
def test_what_is_found_is_what_was_typed(words: str, name: str, found: bool) -> None:
    assert says(classify(words), name) is found


@given(st.text(max_size=300))
def test_no_word_becomes_a_wildcard_and_none_is_endless(words: str) -> None:
    given_words = classify(words)
    assert not any(sign in part for part in given_words.parts for sign in "%_\\")
    assert sum(map(len, given_words.texts)) <= LONGEST
    assert all("/" not in each and "?" not in each and "#" not in each for each in given_words.ids)


@pytest.mark.parametrize(
    ("words", "row", "meant"),
    [
        (IBAN, {"iban": "DE89 3704 0044 0532 0130 00"}, True),
        ("104860", {"betnr": 104860}, True),
        ("104860", {"betnr": 1048600, "name": "x"}, False),
        ("123/26", {"aktenzeichen": "Az. 00123/2026"}, True),
        ("123/26", {"aktenzeichen": "1123/26"}, False),
        ("file_a128", {"xaiId": "file_a128", "name": "x"}, True),
        ("file_a128", {"xaiId": "fileXa128", "name": "x"}, False),
    ],
)
def test_a_row_that_only_looks_alike_is_dropped(words: str, row: dict[str, Any], meant: bool) -> None:
    asks = question(classify(words), FIELDS)
    assert asks is not None
    assert asks.means(row) is meant


def test_a_type_without_the_field_is_not_asked_for_it() -> None:
    assert question(classify(IBAN), frozenset({"name"})) is None
    assert question(Asked(), FIELDS) is None
