"""The axis of a trace: order is kept, what happened stays in proportion, what stood still is cut short."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.admin.machinery.traces.axis import CUTS_TOGETHER, axis

BEGIN = datetime(2026, 11, 28, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


spans = st.lists(st.tuples(st.floats(0, 10_000_000), st.floats(0, 500)), min_size=1, max_size=20)


@given(spans)
def test_order_is_kept_and_all_lies_on_the_axis(given_spans: list[tuple[float, float]]) -> None:
    times = [(at(begin), at(begin + lasts)) for begin, lasts in given_spans]
    scale = axis(times)
    moments = sorted(moment for span in times for moment in span)
    places = [scale.at(moment) for moment in moments]
    assert all(later - earlier >= -0.001 for earlier, later in itertools.pairwise(places))
    assert places[0] >= 0
    assert places[-1] <= 100.001
    assert sum(pause.width for pause in scale.pauses) <= CUTS_TOGETHER + 0.001


def test_milliseconds_are_seen_although_a_day_lies_between() -> None:
    scale = axis([(at(0), at(0.2)), (at(86_400), at(86_400.2))])
    (pause,) = scale.pauses
    assert pause.lasts == timedelta(seconds=86_399.8)
    assert scale.at(at(0.2)) - scale.at(at(0)) == pytest.approx(47.5)
    assert scale.at(at(86_400.2)) - scale.at(at(86_400.1)) == pytest.approx(23.75, rel=0.01)


def test_what_takes_long_is_not_cut() -> None:
    scale = axis([(at(0), at(600)), (at(601), at(602))])
    assert not scale.pauses
    assert scale.at(at(301)) == pytest.approx(50)


def test_a_moment_alone_has_a_place() -> None:
    assert axis([(at(0), at(0))]).at(at(0)) == 0
