"""Every reason why a side can't hold a value is told in words."""

from __future__ import annotations

import pytest
from django.utils import translation

from syncapp.flows.lens.core import Why
from syncapp.words.field_words import of_field
from syncapp.words.held_words import HELD, held_in_words


def test_every_reason_has_words_and_no_other() -> None:
    assert set(HELD) == set(map(str, Why))


@pytest.mark.parametrize("reason", Why)
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_it_is_about_is_told_where_there_is_something(reason: Why, language: str) -> None:
    with translation.override(language):
        told = of_field("reason", f"{reason}:<>")
        assert told == held_in_words(f"{reason}:<>")
        assert ("<>" in told) == (reason in (Why.REMARK, Why.TOO_LONG, Why.SIGNS, Why.REFUSED))
        assert "%" not in told


def test_another_value_is_shown_as_it_is() -> None:
    assert of_field("reason", "COUNT") == "COUNT"
    assert of_field("name", "refused") == "refused"
