from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.clients.http.retry import RetryPolicy, next_pause, retry_after_seconds

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
POLICY = RetryPolicy(attempts=6, first=1.0, factor=2.0, cap=5.0, budget=100.0)
PARTS = st.floats(0, 1, exclude_max=True)


def test_pauses_double_up_to_the_cap_and_end_with_the_attempts() -> None:
    assert [next_pause(POLICY, attempt) for attempt in range(1, 7)] == [1, 2, 4, 5, 5, None]


def test_retry_after_lengthens_beyond_the_cap() -> None:
    assert next_pause(POLICY, 1, retry_after=30) == 30


def test_the_budget_counts_what_was_waited_before() -> None:
    policy = RetryPolicy(attempts=9, first=4.0, cap=4.0, budget=10.0)
    assert next_pause(policy, 1, waited=6.0) == 4.0
    assert next_pause(policy, 1, waited=6.1) is None
    assert next_pause(policy, 1, retry_after=11) is None


@given(attempt=st.integers(1, 5000), retry_after=st.none() | st.floats(0, 1e6), waited=st.floats(0, 200), chance=PARTS)
def test_a_pause_obeys_every_limit(attempt: int, retry_after: float | None, waited: float, chance: float) -> None:
    policy = RetryPolicy(attempts=4000, first=0.5, factor=3.0, cap=40.0, budget=150.0)
    pause = next_pause(policy, attempt, retry_after=retry_after, waited=waited, chance=chance)
    if pause is not None:
        assert attempt < policy.attempts
        assert pause >= max(retry_after or 0.0, 0.5 * 0.75)
        assert waited + pause <= policy.budget


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@given(st.text(max_size=60))
def test_retry_after_never_fails(value: str) -> None:
    seconds = retry_after_seconds(value, NOW)
    assert seconds is None or seconds >= 0
