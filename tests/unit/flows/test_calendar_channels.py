"""Which push channels are opened and stopped, told by what there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncapp.flows.calendar.channels import BEFORE_END, OpenChannel, OpenedChannel, PushState, StopChannel, Watch, plan

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = Watch("cal-1", "https://hub.example/google/calendar/push")
OPEN = OpenedChannel("a", HERE, "res", NOW - DAY, NOW + 6 * DAY)
LOST = replace(OPEN, id="lost", resource_id="")
OLD = replace(OPEN, id="old", opened_at=NOW - 6.5 * DAY, ends_at=NOW + DAY / 2)


def actions(*channels: OpenedChannel, wanted: Watch | None = HERE) -> list[OpenChannel | StopChannel]:
    return list(plan(PushState(wanted, channels, NOW)).actions)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        ((), [OpenChannel(HERE)]),
        ((OPEN,), []),
        ((OLD,), [OpenChannel(HERE), StopChannel("old", "res")]),
        ((OLD, OPEN), [StopChannel("old", "res")]),
        ((OPEN, replace(OPEN, id="b", ends_at=OPEN.ends_at + DAY)), [StopChannel("a", "res")]),
        ((LOST,), [OpenChannel(HERE), StopChannel("lost", "")]),
        ((LOST, OPEN), [StopChannel("lost", "res")]),
        ((LOST, OLD), [OpenChannel(HERE), StopChannel("lost", "res"), StopChannel("old", "res")]),
    ],
)
def test_one_is_kept_open(channels: tuple[OpenedChannel, ...], expected: list[OpenChannel | StopChannel]) -> None:
    assert actions(*channels) == expected


def test_another_calendar_or_address_needs_another_channel() -> None:
    for other in (replace(HERE, calendar_id="cal-0"), replace(HERE, address="https://old.example/push")):
        assert actions(replace(OPEN, watch=other)) == [OpenChannel(HERE), StopChannel("a", "res")]


def test_none_is_wanted() -> None:
    assert actions(wanted=None) == []
    assert actions(OPEN, OLD, wanted=None) == [StopChannel("a", "res"), StopChannel("old", "res")]
    assert actions(LOST, wanted=None) == []  # nothing names its resource; it ends by itself
    assert actions(LOST, OPEN, wanted=None) == [StopChannel("lost", "res"), StopChannel("a", "res")]


def test_a_resource_is_that_of_one_calendar() -> None:
    strange = replace(LOST, watch=replace(HERE, calendar_id="cal-0"))
    assert actions(strange, OPEN) == []


@pytest.mark.parametrize(
    ("life", "left", "lasts"),
    [
        (7 * DAY, BEFORE_END + timedelta(seconds=1), True),
        (7 * DAY, BEFORE_END, False),
        (timedelta(hours=2), timedelta(minutes=61), True),
        (timedelta(hours=2), timedelta(minutes=60), False),
    ],
)
def test_the_next_one_is_opened_in_time(life: timedelta, left: timedelta, lasts: bool) -> None:
    channel = replace(OPEN, opened_at=NOW + left - life, ends_at=NOW + left)
    assert channel.lasts(NOW) is lasts
