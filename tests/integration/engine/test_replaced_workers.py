"""A killed worker vanishes from health once another took its place; one that nobody replaced stays in sight."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from syncapp.api import state
from syncapp.engine.workers.replacing import note_replaced
from syncapp.models import Worker

pytestmark = pytest.mark.django_db


def ago(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


def worker(name: str, started: float, beat: float | None, stopped: float | None = None) -> None:
    moments = {"beat_at": None if beat is None else ago(beat), "stopped_at": None if stopped is None else ago(stopped)}
    Worker.objects.create(name=name, started_at=ago(started), **moments)


def seen() -> tuple[int, int]:
    note_replaced()
    found = state.workers()
    return found.working, found.silent


def test_one_that_was_killed_and_started_anew_under_another_name() -> None:
    worker("old", 60, 10)
    worker("new", 9, 0)
    assert seen() == (1, 0)


def test_one_that_nobody_replaced_stays_in_sight() -> None:
    worker("old", 60, 10)
    worker("other", 120, 0)
    assert seen() == (1, 1)


def test_a_restart_elsewhere_takes_the_place_of_its_own_predecessor_only() -> None:
    worker("machine that died", 60, 30)
    worker("restarted, before", 60, 11, stopped=10)
    worker("restarted, now", 9, 0)
    assert seen() == (1, 1)


def test_a_chain_of_killed_ones_and_one_that_never_proved_anything() -> None:
    worker("first", 90, 60)
    worker("second", 59, None)
    worker("third", 40, 20)
    worker("fourth", 19, 0)
    assert seen() == (1, 0)


def test_two_killed_at_once_and_one_started() -> None:
    worker("a", 60, 10)
    worker("b", 60, 11)
    worker("c", 9, 0)
    assert seen() == (1, 1)
    assert Worker.objects.get(name="a").stopped_at == Worker.objects.get(name="a").beat_at


def test_a_short_silence_is_waited_for_and_who_comes_back_counts_again() -> None:
    worker("old", 60, 3)
    worker("new", 2, 0)
    assert seen() == (1, 1)
    Worker.objects.filter(name="old").update(beat_at=ago(6))
    assert seen() == (1, 0)
    Worker.objects.filter(name="old").update(beat_at=ago(0), stopped_at=None)  # as its proof of work does
    assert seen() == (2, 0)
