"""Child processes that never outlive the one who looks after them."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

import psutil

PR_SET_PDEATHSIG = 1  # linux/prctl.h
ENDING = (signal.SIGTERM, signal.SIGINT)
FORK_PATIENCE = 5.0  # seconds
FORK = multiprocessing.get_context("fork")


def start_session(
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    folder: Path | None = None,
    inherited: Collection[int] = (),
    parting: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program as the leader of a session of its own: signals of the terminal reach its parent only.

    `output` takes what it says, on both channels; else that goes where the parent's goes. On Linux it gets the signal
    `parting` when its parent is killed; elsewhere a killed parent leaves it running. `inherited` are file descriptors.
    """
    return subprocess.Popen(  # noqa: S603  (our own programs)
        list(command),
        env=os.environ | (env or {}),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=inherited,
        start_new_session=True,
        preexec_fn=partial(_end_with_the_parent, parting) if sys.platform == "linux" else None,
    )


class Alone:
    """A fork copies the locks that other threads hold at that moment: so it waits until they rest."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._at_work = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """For threads beside the one that forks; they don't wait for each other."""
        with self._changed:
            self._at_work += 1
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    @contextmanager
    def for_a_fork(self) -> Iterator[None]:
        """Not for ever: whoever hangs on a database or a mail server must not keep a cluster from its start."""
        with self._changed:
            self._changed.wait_for(lambda: not self._at_work, FORK_PATIENCE)
            yield


alone = Alone()


@contextmanager
def signals_held() -> Iterator[None]:
    """What is told meanwhile is heard afterwards: by a child no sooner than it has answers of its own. A thread that is
    started meanwhile never hears anything; one that could would have it heard at once."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_session(parting: int) -> None:
    """What a forked child does first, with signals held: it leads a session of its own, hears nothing for its parent,
    and gets the signal `parting` when that is killed (on Linux)."""
    os.setsid()
    if sys.platform == "linux":
        _end_with_the_parent(parting)
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def aside(work: Callable[[], None]) -> None:
    """Done by a forked process that nobody waits for, and that is killed with this one."""

    def its_own() -> None:
        begin_session(parting=signal.SIGKILL)
        work()

    made = FORK.Process(target=its_own, daemon=True)
    with signals_held():
        made.start()
        threading.Thread(target=made.join, daemon=True).start()  # buries it


def has_children(pid: int) -> bool:
    with suppress(psutil.Error):
        return any(child.status() != psutil.STATUS_ZOMBIE for child in psutil.Process(pid).children())
    return False


def group_lives(group: int) -> bool:
    for process in psutil.process_iter(["status"]):
        with suppress(ProcessLookupError, PermissionError):
            if os.getpgid(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE:
                return True
    return False


def kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def bind_children() -> None:
    """From now on whatever this process forks, and what that forks, is killed with its parent, however frozen it is."""
    if sys.platform == "linux":
        os.register_at_fork(after_in_child=partial(_end_with_the_parent, signal.SIGKILL))


def _end_with_the_parent(parting: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, parting)
