"""Alarms go off at their moment, each by itself, whatever the others do."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.clients.http import alarms

SOON = 0.05
LONG = 3600.0
PATIENCE = 20.0  # a test that waits so long has failed


def told() -> tuple[queue.SimpleQueue[Any], Callable[[Any], Callable[[], None]]]:
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    return heard, lambda what: lambda: heard.put(what)


def test_each_in_its_turn_the_sooner_first() -> None:
    heard, tell = told()
    never = alarms.at(monotonic() + LONG, tell("never"))  # the thread waits for this one already
    begun = monotonic()
    with alarms._clock._changed:  # none goes off before both are set
        later = alarms.at(begun + 2 * SOON, tell("later"))
        alarms.at(begun + SOON, tell("sooner"))
    assert [heard.get(timeout=PATIENCE) for _ in range(2)] == ["sooner", "later"]
    assert monotonic() >= begun + 2 * SOON
    assert later.is_over
    assert not never.is_over
    never.cancel()


def test_what_was_taken_back_stays_silent() -> None:
    heard, tell = told()
    with alarms._clock._changed:  # it does not go off before it is taken back
        alarms.at(monotonic() + SOON, tell("taken back")).cancel()
    alarms.at(monotonic() + 2 * SOON, tell("after it"))
    assert heard.get(timeout=PATIENCE) == "after it"
    assert heard.empty()


def test_a_fault_in_one_keeps_no_other_from_its_moment() -> None:
    heard, tell = told()

    def falls() -> None:
        raise RuntimeError

    alarms.at(monotonic(), falls)
    alarms.at(monotonic() + SOON, tell("after it"))
    assert heard.get(timeout=PATIENCE) == "after it"


def test_what_was_taken_back_is_forgotten_with_the_next_that_goes_off() -> None:
    heard, tell = told()
    some = [alarms.at(monotonic() + LONG, tell("never")) for _ in range(100)]
    for each in some:
        each.cancel()
    alarms.at(monotonic() + SOON, tell("now"))
    assert heard.get(timeout=PATIENCE) == "now"
    alarms.at(monotonic(), tell("again"))
    assert heard.get(timeout=PATIENCE) == "again"
    assert not any(each in alarms._clock._alarms for each in some)


def test_signals_are_left_to_the_main_thread() -> None:
    heard, _tell = told()
    alarms.at(monotonic(), lambda: heard.put(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
    assert {signal.SIGTERM, signal.SIGINT} <= heard.get(timeout=PATIENCE)


def test_a_machine_without_a_thread_to_give_is_asked_again() -> None:
    heard, tell = told()
    clock = alarms._Clock()
    with mock.patch.object(threading.Thread, "start", side_effect=RuntimeError), pytest.raises(RuntimeError):
        clock.set(alarms.Alarm(monotonic(), tell("the first")))
    clock.set(alarms.Alarm(monotonic(), tell("the second")))
    assert {heard.get(timeout=PATIENCE) for _ in range(2)} == {"the first", "the second"}


def test_a_fork_has_alarms_of_its_own() -> None:
    heard, tell = told()
    alarms.at(monotonic(), tell("the thread is there"))
    heard.get(timeout=PATIENCE)
    with alarms._clock._changed:  # as another thread may hold it just then
        child = os.fork()
        if not child:
            rang = threading.Event()
            alarms.at(monotonic(), rang.set)
            os._exit(0 if rang.wait(PATIENCE) else 1)
    assert os.waitpid(child, 0)[1] == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_all_go_off_but_those_that_were_taken_back(wanted: list[tuple[int, bool]]) -> None:
    heard, tell = told()
    begun = monotonic()
    with alarms._clock._changed:  # none goes off before all are set
        some = [alarms.at(begun + pause / 1000, tell(number)) for number, (pause, _) in enumerate(wanted)]
        for alarm, (_, stays) in zip(some, wanted, strict=True):
            if not stays:
                alarm.cancel()
        alarms.at(begun + 2 * SOON, tell("end"))
    rang = list(iter(lambda: heard.get(timeout=PATIENCE), "end"))
    assert sorted(rang) == [number for number, (_, stays) in enumerate(wanted) if stays]
    assert [wanted[number][0] for number in rang] == sorted(wanted[number][0] for number in rang)
