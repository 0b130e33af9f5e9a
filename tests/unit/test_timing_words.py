"""How often something runs, in words, and what has no words stays as it is."""

from __future__ import annotations

import pytest
from django.utils import translation

from syncapp.schedules import schedules
from syncapp.words.timing_words import lasting, timing_in_words

TOLD = [
    ("*/15 * * * *", "alle 15 Minuten"),
    ("7-59/15 * * * *", "alle 15 Minuten"),
    ("* * * * *", "jede Minute"),
    ("41 * * * *", "stündlich um Minute 41"),
    ("0 3 * * *", "täglich um 3:00"),
    ("5 14 * * 1", "jeden Montag um 14:05"),
    ("5 14 * * 0", "jeden Sonntag um 14:05"),
    ("5 14 * * 7", "jeden Sonntag um 14:05"),
    # Nobody has words for these.
    ("0 3 1 * *", "0 3 1 * *"),
    ("0 3 * 6 *", "0 3 * 6 *"),
    ("0 3,4 * * *", "0 3,4 * * *"),
    ("0 3 * * 1-5", "0 3 * * 1-5"),
    ("10-20/5 * * * *", "10-20/5 * * * *"),
    ("*/15 8-18 * * *", "*/15 8-18 * * *"),
    ("5,35 * * * *", "5,35 * * * *"),
]


@pytest.mark.parametrize(("cron", "words"), TOLD)
def test_a_cron_line_in_german(cron: str, words: str) -> None:
    with translation.override("de"):
        assert timing_in_words("" if cron == "* * * * *" else cron, 1) == words


def test_every_schedule_of_the_hub_has_words() -> None:
    for each in schedules():
        assert timing_in_words(each.cron, each.minutes) != each.cron, each.name


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0, "0 ms"), (999, "999 ms"), (1000, "1 s"), (119_000, "119 s"), (120_000, "2 min"), (7_260_000, "2 h 1 min")],
)
def test_how_long_it_took(milliseconds: int, words: str) -> None:
    with translation.override("en"):
        assert lasting(milliseconds) == words
