"""Kinds of entities in words, whatever an installation calls them."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from syncapp.words.entity_words import KINDS, kind_in_words


@pytest.mark.parametrize(
    ("entity_type", "words"),
    [
        ("CMietminderungAnzeige", "Mietminderung Anzeige"),
        ("Mahnbescheid", "Mahnbescheid"),
        ("CCustomer", "Customer"),
        ("CMieterGmbh", "Mieter Gmbh"),
        ("Campaign", "Campaign"),
        ("CAkte2026", "Akte 2026"),
        ("CÜbergabe", "Übergabe"),
        ("KBArticle", "KB Article"),
        ("C", "C"),
        ("_", "_"),
        ("", ""),
    ],
)
def test_an_unknown_type_is_shown_as_words(entity_type: str, words: str) -> None:
    assert kind_in_words(entity_type) == words


@pytest.mark.parametrize("entity_type", KINDS)
def test_a_known_one_has_a_german_word_of_its_own(entity_type: str) -> None:
    with translation.override("de"):
        german = kind_in_words(entity_type)
    assert german
    assert not re.match(r"C[A-Z]", german)
