"""What is told when: a table of moments, and histories at random."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.notify.bundle import AN_HOUR, ONE_EACH, Waiting, bundles, is_quiet
from syncapp.notify.decide import Decision, Known, Trouble, decide

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FAILING = Trouble("failures|x", "failures")
AWAY = Trouble("systems|xai", "systems", sure=True)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def known(trouble: Trouble, first: float, last: float, *, told: bool) -> Known:
    return Known(trouble.key, NOW - minutes(first), NOW - minutes(last), told, trouble.sure)


def test_what_is_new_is_remembered_and_told_when_it_has_lasted() -> None:
    assert decide([], [FAILING], NOW) == Decision(new=(FAILING,))
    assert decide([known(FAILING, 2, 1, told=False)], [FAILING], NOW) == Decision(still=(FAILING.key,))
    lasting = decide([known(FAILING, 3, 1, told=False)], [FAILING], NOW)
    assert lasting == Decision(still=(FAILING.key,), appeared=(FAILING.key,))


def test_what_was_watched_already_is_told_at_once() -> None:
    assert decide([], [AWAY], NOW) == Decision(new=(AWAY,), appeared=(AWAY.key,))


def test_what_was_told_is_not_told_again() -> None:
    assert decide([known(FAILING, 60, 1, told=True)], [FAILING], NOW) == Decision(still=(FAILING.key,))


def test_what_came_and_went_is_forgotten() -> None:
    assert decide([known(FAILING, 2, 1, told=False)], [], NOW) == Decision(forgotten=(FAILING.key,))


def test_what_is_away_for_a_while_is_over_and_a_system_at_once() -> None:
    assert decide([known(FAILING, 60, 4, told=True)], [], NOW) == Decision()
    assert decide([known(FAILING, 60, 5, told=True)], [], NOW) == Decision(gone=(FAILING.key,))
    assert decide([known(AWAY, 60, 1, told=True)], [], NOW) == Decision(gone=(AWAY.key,))


def test_a_clock_that_was_ahead_holds_nothing_back() -> None:
    assert decide([known(FAILING, -600, -600, told=False)], [FAILING], NOW).appeared == (FAILING.key,)
    assert decide([known(FAILING, -600, -600, told=True)], [], NOW).gone == (FAILING.key,)


def test_another_machines_clock_that_is_a_little_ahead_hurries_nothing() -> None:
    assert decide([known(FAILING, -1, -1, told=False)], [FAILING], NOW).appeared == ()
    assert decide([known(FAILING, 60, -1, told=True)], [], NOW).gone == ()


@given(st.lists(st.sets(st.sampled_from("abc")), max_size=60))
def test_in_any_history_each_cause_is_told_in_turns_and_in_the_end_as_it_is(minutes_of: list[set[str]]) -> None:
    """A look each minute; at the end ten quiet ones, in which nothing changes any more."""
    rows: dict[str, Known] = {}
    told: dict[str, list[str]] = {name: [] for name in "abc"}
    history = [*minutes_of, *[minutes_of[-1] if minutes_of else set()] * 10]
    for number, wrong in enumerate(history):
        now = NOW + minutes(number)
        found = [Trouble(name, "failures") for name in sorted(wrong)]
        decision = decide(list(rows.values()), found, now)
        for trouble in decision.new:
            rows[trouble.key] = Known(trouble.key, now, now, told=False)
        for key in decision.still:
            rows[key] = Known(key, rows[key].first_seen, now, rows[key].told)
        for key in decision.appeared:
            rows[key] = Known(key, rows[key].first_seen, rows[key].last_seen, told=True)
            told[key].append("appeared")
        for key in (*decision.gone, *decision.forgotten):
            del rows[key]
        for key in decision.gone:
            told[key].append("gone")
    for name, events in told.items():
        assert events == ["appeared", "gone"] * (len(events) // 2) + ["appeared"] * (len(events) % 2)
        assert (len(events) % 2 == 1) == (name in history[-1])


QUIET = (time(20), time(7))


@pytest.mark.parametrize(
    ("at", "quiet", "expected"),
    [
        (time(19, 59), QUIET, False),
        (time(20), QUIET, True),
        (time(23, 59), QUIET, True),
        (time(0), QUIET, True),
        (time(6, 59), QUIET, True),
        (time(7), QUIET, False),
        (time(13), (time(12), time(14)), True),
        (time(14), (time(12), time(14)), False),
        (time(12), (time(12), time(12)), False),
        (time(3), None, False),
    ],
)
def test_quiet_hours(at: time, quiet: tuple[time, time] | None, expected: bool) -> None:
    assert is_quiet(at, quiet) is expected


def causes(count: int) -> list[Waiting]:
    return [Waiting(number, number) for number in range(1, count + 1)]


def test_few_are_a_message_each_and_many_are_a_list() -> None:
    assert bundles(causes(ONE_EACH), 0, time(12), None).messages == ((1,), (2,), (3,))
    assert bundles(causes(40), 0, time(12), None).messages == (tuple(range(1, 41)),)


def test_a_trickle_becomes_a_list_and_then_waits_for_the_next_hour() -> None:
    assert bundles(causes(2), AN_HOUR - 1, time(12), None).messages == ((1, 2),)
    assert bundles(causes(1), AN_HOUR, time(12), None).messages == ()
    assert bundles([Waiting(9, 0)], AN_HOUR, time(12), None).messages == ((9,),)  # the digest comes


def test_in_quiet_hours_nothing_goes_and_what_is_over_by_then_is_needless() -> None:
    waiting = [Waiting(1, 1), Waiting(2, 2), Waiting(3, 1, over=True), Waiting(4, 0)]
    night = bundles(waiting, 0, time(23), QUIET)
    assert (night.messages, set(night.needless)) == ((), {1, 3})
    morning = bundles([each for each in waiting if each.pk not in night.needless], 0, time(7), QUIET)
    assert set(morning.messages) == {(2,), (4,)}


def test_the_end_of_what_was_told_before_is_told() -> None:
    assert bundles([Waiting(3, 1, over=True)], 0, time(12), None).messages == ((3,),)
