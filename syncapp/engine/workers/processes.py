"""Child processes that never outlive the one who looks after them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

import psutil

PR_SET_PDEATHSIG = 1  # linux/prctl.h


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
