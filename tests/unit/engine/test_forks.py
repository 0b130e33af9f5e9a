"""A fork copies locks that other threads hold, so it waits until they rest; signals wait for it."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest

from syncapp.engine.workers import processes
from syncapp.engine.workers.processes import Alone, signals_held

PATIENCE = 10.0  # seconds; only a failure takes so long


def test_it_waits_for_all_who_work_and_they_for_none_of_each_other() -> None:
    alone, forked, begun = Alone(), threading.Event(), threading.Event()

    def fork() -> None:
        begun.set()
        with alone.for_a_fork():
            forked.set()

    with alone.at_work():
        with alone.at_work():
            thread = threading.Thread(target=fork, daemon=True)
            thread.start()
            assert begun.wait(PATIENCE)
        assert not forked.is_set()
    assert forked.wait(PATIENCE)
    thread.join(PATIENCE)
    with alone.at_work():  # and is over
        pass


def test_who_hangs_keeps_nothing_from_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "FORK_PATIENCE", 0.01)
    alone = Alone()
    with alone.at_work(), alone.for_a_fork():
        pass


def test_a_signal_is_heard_when_the_fork_is_over() -> None:
    heard: list[int] = []
    before: Any = signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    try:
        with signals_held():
            os.kill(os.getpid(), signal.SIGTERM)
            assert heard == []
        assert heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
