"""`manage.py worker` with real processes that are really killed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.installation import PATIENCE, Installation, alive, by_age, until

pytestmark = pytest.mark.e2e
BEATING = "SELECT name FROM syncapp_worker WHERE beat_at IS NOT NULL AND stopped_at IS NULL"
CANARY = 6  # seconds
LONGEST_LOOK = 2  # seconds that the silence may be longer than that when it is noticed
GRACE = 100  # seconds
PACE = {"CANARY_SECONDS": str(CANARY), "SWEEP_SECONDS": "5", "STOP_GRACE_SECONDS": str(GRACE)}
AT_ONCE = 30  # seconds, on a busy machine


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Installation]:
    with Installation.fresh(tmp_path, **PACE) as installation:
        yield installation


@pytest.fixture
def supervisor(hub: Installation) -> subprocess.Popen[bytes]:
    process = hub.start("worker", "--workers", "2")
    hub.wait_for(BEATING)
    return process


def main_of(supervisor: subprocess.Popen[bytes]) -> psutil.Process:
    (main,) = psutil.Process(supervisor.pid).children()
    return main


def family(main: psutil.Process) -> list[psutil.Process]:
    return [main, *main.children(recursive=True)]


def task_workers(main: psutil.Process) -> list[psutil.Process]:
    """The sentinel starts the workers first, then monitor and pusher."""
    (sentinel,) = main.children()
    return by_age(sentinel.children())[:2]


def works_again(hub: Installation) -> str:
    """Waits for the restart and for proof of work after it; gives the recorded reason."""
    rows = hub.wait_for("SELECT restart_reason, beat_at FROM syncapp_worker WHERE restarts > 0 AND stopped_at IS NULL")
    reason, before = rows[0]
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE restarts > 0 AND beat_at > ?", before)
    return str(reason)


def works_or_works_again(hub: Installation) -> str:
    """Waits for two more proofs of work (the first may have been under way); gives the reason of a restart, if any."""
    for _ in range(2):
        ((before,),) = hub.sql("SELECT max(beat_at) FROM syncapp_worker")
        hub.wait_for("SELECT 1 FROM syncapp_worker WHERE beat_at > ?", before)
    ((reason,),) = hub.sql("SELECT restart_reason FROM syncapp_worker WHERE stopped_at IS NULL")
    return str(reason or "")


def noticed_in_time(reason: str) -> bool:
    """After how much silence, as it counts it itself: how busy this machine is does not matter."""
    (seconds,) = re.findall(r"no proof of work for (\d+) s", reason)
    return CANARY <= int(seconds) <= CANARY + LONGEST_LOOK


def in_the_middle_of_a_task(hub: Installation, seconds: int) -> None:
    """Returns when a worker is at a task that takes so long."""
    begun = hub.folder / "begun"
    work = f"import pathlib, time; pathlib.Path({str(begun)!r}).touch(); time.sleep({seconds})"
    code = f"from django_q.tasks import async_task; async_task('builtins.exec', {work!r}, save=True)"
    hub.manage("shell", "-c", code)
    until(begun.exists, PATIENCE, hub.log)


def end_cleanly(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    processes = family(main_of(supervisor))
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(GRACE / 2) == 0, hub.log()
    assert alive(processes) == []
    assert hub.sql(BEATING) == []


def test_idle_workers_killed_hard_freeze_the_cluster_and_it_is_started_anew(
    hub: Installation, supervisor: subprocess.Popen[bytes]
) -> None:
    frozen = family(main_of(supervisor))
    for worker in task_workers(main_of(supervisor)):
        worker.send_signal(signal.SIGKILL)  # one of the idle ones holds the lock of the queue, and takes it along

    reason = works_or_works_again(hub)

    if "proof of work" in reason:  # else the kill came between two tasks and the cluster could heal itself
        assert alive(frozen) == []
        assert noticed_in_time(reason)
    end_cleanly(hub, supervisor)


def test_a_cluster_that_stands_still_is_started_anew(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    frozen = family(main_of(supervisor))
    for process in task_workers(main_of(supervisor)):
        process.send_signal(signal.SIGSTOP)

    assert noticed_in_time(works_again(hub))

    assert alive(frozen) == []
    end_cleanly(hub, supervisor)


def test_a_killed_main_process_leaves_no_orphans(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    old = family(main_of(supervisor))
    main_of(supervisor).send_signal(signal.SIGKILL)

    assert works_again(hub) == "the main process was killed by signal 9"

    assert alive(old) == []
    end_cleanly(hub, supervisor)


def test_a_killed_sentinel_is_noticed(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    old = family(main_of(supervisor))
    main_of(supervisor).children()[0].send_signal(signal.SIGKILL)

    works_again(hub)

    assert alive(old) == []
    end_cleanly(hub, supervisor)


def test_sigterm_lets_a_running_task_finish(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    in_the_middle_of_a_task(hub, 3)

    end_cleanly(hub, supervisor)

    assert hub.sql("SELECT success FROM django_q_task WHERE func = 'builtins.exec'") == [(True,)]


def test_a_second_signal_ends_it_at_once(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    processes = family(main_of(supervisor))
    in_the_middle_of_a_task(hub, 10 * GRACE)
    supervisor.send_signal(signal.SIGINT)
    until(lambda: "worker.draining" in hub.log(), PATIENCE, hub.log)
    time.sleep(1)
    assert supervisor.poll() is None

    supervisor.send_signal(signal.SIGINT)

    assert supervisor.wait(AT_ONCE) == 1
    assert alive(processes) == []


def test_no_cluster_stays_behind_when_the_supervisor_itself_is_killed(
    hub: Installation, supervisor: subprocess.Popen[bytes]
) -> None:
    processes = family(main_of(supervisor))
    os.kill(supervisor.pid, signal.SIGKILL)
    until(lambda: not alive(processes), PATIENCE, lambda: f"still there: {alive(processes)}")


@pytest.mark.parametrize("which", ["workers", "main process", "all"])
def test_none_stays_behind_frozen(which: str, hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    main = main_of(supervisor)
    processes = family(main)
    for process in {"workers": task_workers(main), "main process": [main], "all": processes}[which]:
        process.send_signal(signal.SIGSTOP)
    os.kill(supervisor.pid, signal.SIGKILL)
    until(lambda: not alive(processes), AT_ONCE, lambda: f"still there: {alive(processes)}")


def test_a_cluster_that_is_told_many_times_to_end_ends(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    """The kernel tells of a killed parent once for each of its threads, while the cluster is about to end already."""
    processes = family(main_of(supervisor))
    supervisor.send_signal(signal.SIGSTOP)  # it would start a new one
    for _ in range(400):
        processes[0].send_signal(signal.SIGTERM)
        time.sleep(0.00005)
    until(lambda: not alive(processes), PATIENCE, lambda: f"still there: {alive(processes)}")
    supervisor.send_signal(signal.SIGCONT)
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE restarts > 0 AND stopped_at IS NULL")
    hub.wait_for(BEATING)
    end_cleanly(hub, supervisor)


def test_the_health_check_tells_working_from_silent(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    assert hub.manage("worker", "--check").returncode == 0

    end_cleanly(hub, supervisor)

    silent = hub.manage("worker", "--check", check=False)
    assert silent.returncode == 1
    assert "No worker of this machine has proved lately that it works." in silent.stderr


def test_an_outage_of_the_database_is_survived_and_no_reason_to_restart(
    hub: Installation, supervisor: subprocess.Popen[bytes]
) -> None:
    main = main_of(supervisor)
    hub.sql("ALTER TABLE syncapp_worker RENAME TO out_of_reach")
    time.sleep(1.5 * CANARY)

    hub.sql("ALTER TABLE out_of_reach RENAME TO syncapp_worker")

    ((before,),) = hub.sql("SELECT max(beat_at) FROM syncapp_worker")
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE beat_at > ?", before)
    assert main.is_running()
    assert hub.sql("SELECT restart_reason FROM syncapp_worker WHERE restarts > 0") == []
    end_cleanly(hub, supervisor)


def test_systemd_is_told_when_it_is_up_alive_and_about_to_end(hub: Installation, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        process = hub.start("worker", "--workers", "1", NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert systemd.recv(100) == b"READY=1"
        assert systemd.recv(100) == b"WATCHDOG=1"
        process.terminate()
        while (told := systemd.recv(100)) == b"WATCHDOG=1":
            pass
        assert told == b"STOPPING=1"


def test_without_tables_it_says_what_to_do(hub: Installation, tmp_path: Path) -> None:
    empty = Installation(f"sqlite:///{tmp_path / 'empty.sqlite3'}", dict(hub.env), tmp_path)
    empty.env |= {"DATABASE_URL": empty.database_url, "QUEUE_BROKER": "orm"}
    done = empty.manage("worker", check=False)
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr
