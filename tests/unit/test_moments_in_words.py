"""One time zone on a page: what EspoCRM wrote in UTC is shown in the firm's time."""

from __future__ import annotations

import pytest
from django.utils import translation

from syncapp.words.field_words import of_field, value_in_words


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("de", "2026-11-29 09:25:02", "29.11.2026 10:25:02"),
        ("de", "2026-07-01 22:30:00", "02.07.2026 00:30:00"),  # summer, and the next day
        ("en", "2026-11-29 09:25:02", "2026-11-29 10:25:02"),
        ("de", "2026-11-29", "29.11.2026"),
        ("de", "2026-13-45 09:25:02", "2026-13-45 09:25:02"),  # no such moment
        ("de", "9999-12-31 23:59:59", "9999-12-31 23:59:59"),
        ("de", "Akte 2026-11-29 09:25:02", "Akte 2026-11-29 09:25:02"),
    ],
)
def test_a_moment_is_shown_in_the_firms_time(language: str, value: str, words: str) -> None:
    with translation.override(language):
        assert value_in_words(value) == words


def test_so_it_is_in_tasks() -> None:
    with translation.override("de"):
        assert of_field("advowareLastSync", "2026-11-29 09:25:07") == "29.11.2026 10:25:07"
