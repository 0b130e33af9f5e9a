"""A fork copies locks that other threads hold, so it waits until they rest; signals wait for it."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from syncapp.engine.workers import processes
from syncapp.engine.workers.processes import Alone
from tests.installation import ROOT

PATIENCE = 60.0  # seconds; only a failure takes so long


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


# In a process of its own: one of the threads that run tests would hear it.
HELD = """
import os, signal, threading, time
from syncapp.engine.workers.processes import signals_held

heard = []
signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
with signals_held():
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
for _ in range(20):
    with signals_held():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.005)
        assert heard == [], heard
    assert heard.pop() == signal.SIGTERM
"""


def test_a_signal_is_heard_when_the_fork_is_over_whatever_threads_there_are() -> None:
    subprocess.run([sys.executable, "-c", HELD], cwd=ROOT, check=True, timeout=PATIENCE)
