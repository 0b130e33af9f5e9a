"""Durations in classes: hours add up to days, and what a day says is near what its runs say."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.kit.spreads import added, quantile, spread

durations = st.lists(st.floats(0, 10_000_000), min_size=1, max_size=60)


@given(durations, durations)
def test_two_hours_add_up_to_the_spread_of_both(one: list[float], other: list[float]) -> None:
    assert added(spread(one), spread(other)) == spread([*one, *other])


@given(durations, st.sampled_from([0.0, 0.5, 0.95, 1.0]))
def test_a_quantile_is_within_the_class_of_the_true_one(values: list[float], share: float) -> None:
    told = quantile(spread(values), share)
    rank = max(1, -(-len(values) * share // 1))
    true = sorted(values)[int(rank) - 1]
    assert told is not None
    assert true / 1.5 - 1 <= told <= true * 1.5 + 1


def test_a_median_is_right_to_a_fifth_where_there_are_many() -> None:
    values = [float(n) for n in range(50, 2000)]
    assert quantile(spread(values), 0.5) == pytest.approx(statistics.median(values), rel=0.2)


def test_nothing_has_no_median() -> None:
    assert quantile({}, 0.5) is None


def test_sums_are_added_however_deep_they_lie() -> None:
    assert added({"a": 1, "h": {"3": 2}}, {"a": 2, "h": {"3": 1, "4": 1}, "b": 5}) == {
        "a": 3,
        "h": {"3": 3, "4": 1},
        "b": 5,
    }
