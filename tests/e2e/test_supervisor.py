"""`manage.py worker` with real processes that are really killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.installation import Installation, alive, until

pytestmark = pytest.mark.e2e
BEATING = "SELECT name FROM syncapp_worker WHERE beat_at IS NOT NULL AND stopped_at IS NULL"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Installation]:
    with Installation.fresh(tmp_path, CANARY_SECONDS="6", SWEEP_SECONDS="5", STOP_GRACE_SECONDS="15") as installation:
        yield installation


@pytest.fixture
def supervisor(hub: Installation) -> subprocess.Popen[bytes]:
    process = hub.start("worker", "--workers", "2")
    hub.wait_for(BEATING, seconds=60)
    return process


def main_of(supervisor: subprocess.Popen[bytes]) -> psutil.Process:
    (main,) = psutil.Process(supervisor.pid).children()
    return main


def family(main: psutil.Process) -> list[psutil.Process]:
    return [main, *main.children(recursive=True)]


def task_workers(main: psutil.Process) -> list[psutil.Process]:
    """The sentinel starts the workers first, then monitor and pusher."""
    (sentinel,) = main.children()
    return sorted(sentinel.children(), key=lambda p: p.pid)[:2]


def works_again(hub: Installation, seconds: float = 60) -> str:
    """Waits for the restart and for proof of work after it; gives the recorded reason."""
    rows = hub.wait_for(
        "SELECT restart_reason, beat_at FROM syncapp_worker WHERE restarts > 0 AND stopped_at IS NULL", seconds=seconds
    )
    reason, before = rows[0]
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE restarts > 0 AND beat_at > ?", before, seconds=seconds)
    return str(reason)


def works_or_works_again(hub: Installation, seconds: float = 60) -> str:
    """Waits for two more proofs of work (the first may have been under way); gives the reason of a restart, if any."""
    for _ in range(2):
        ((before,),) = hub.sql("SELECT max(beat_at) FROM syncapp_worker")
        hub.wait_for("SELECT 1 FROM syncapp_worker WHERE beat_at > ?", before, seconds=seconds)
    ((reason,),) = hub.sql("SELECT restart_reason FROM syncapp_worker WHERE stopped_at IS NULL")
    return str(reason or "")


def end_cleanly(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    processes = family(main_of(supervisor))
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(20) == 0, hub.log()
    assert alive(processes) == []
    assert hub.sql(BEATING) == []


def test_idle_workers_killed_hard_freeze_the_cluster_and_it_is_started_anew(
    hub: Installation, supervisor: subprocess.Popen[bytes]
) -> None:
    frozen = family(main_of(supervisor))
    started = time.monotonic()
    for worker in task_workers(main_of(supervisor)):
        worker.send_signal(signal.SIGKILL)  # one of the idle ones holds the lock of the queue, and takes it along

    reason = works_or_works_again(hub)

    if "proof of work" in reason:  # else the kill came between two tasks and the cluster could heal itself
        assert alive(frozen) == []
    assert time.monotonic() - started < 45
    end_cleanly(hub, supervisor)


def test_a_cluster_that_stands_still_is_started_anew(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    frozen = family(main_of(supervisor))
    for process in task_workers(main_of(supervisor)):
        process.send_signal(signal.SIGSTOP)

    assert "no proof of work" in works_again(hub)

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
    hub.manage("shell", "-c", "from django_q.tasks import async_task; async_task('time.sleep', 3, save=True)")
    time.sleep(1.5)  # it is taken from the queue within milliseconds

    end_cleanly(hub, supervisor)

    hub.wait_for("SELECT 1 FROM django_q_task WHERE func = 'time.sleep' AND success", seconds=1)


def test_a_second_signal_ends_it_at_once(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    processes = family(main_of(supervisor))
    hub.manage("shell", "-c", "from django_q.tasks import async_task; async_task('time.sleep', 60)")
    time.sleep(1.5)
    supervisor.send_signal(signal.SIGINT)
    time.sleep(1)
    assert supervisor.poll() is None

    supervisor.send_signal(signal.SIGINT)

    assert supervisor.wait(8) == 1
    assert alive(processes) == []


def test_no_cluster_stays_behind_when_the_supervisor_itself_is_killed(
    hub: Installation, supervisor: subprocess.Popen[bytes]
) -> None:
    processes = family(main_of(supervisor))
    os.kill(supervisor.pid, signal.SIGKILL)
    until(lambda: not alive(processes), 20, lambda: f"still there: {alive(processes)}")


@pytest.mark.parametrize("which", ["workers", "main process", "all"])
def test_none_stays_behind_frozen(which: str, hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    main = main_of(supervisor)
    processes = family(main)
    for process in {"workers": task_workers(main), "main process": [main], "all": processes}[which]:
        process.send_signal(signal.SIGSTOP)
    os.kill(supervisor.pid, signal.SIGKILL)
    until(lambda: not alive(processes), 10, lambda: f"still there: {alive(processes)}")


def test_a_cluster_that_is_told_many_times_to_end_ends(hub: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    """The kernel tells of a killed parent once for each of its threads, while the cluster is about to end already."""
    processes = family(main_of(supervisor))
    supervisor.send_signal(signal.SIGSTOP)  # it would start a new one
    for _ in range(400):
        processes[0].send_signal(signal.SIGTERM)
        time.sleep(0.00005)
    until(lambda: not alive(processes), 20, lambda: f"still there: {alive(processes)}")
    supervisor.send_signal(signal.SIGCONT)
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE restarts > 0 AND stopped_at IS NULL", seconds=30)
    hub.wait_for(BEATING, seconds=60)
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
    time.sleep(9)  # longer than CANARY_SECONDS

    hub.sql("ALTER TABLE out_of_reach RENAME TO syncapp_worker")

    ((before,),) = hub.sql("SELECT max(beat_at) FROM syncapp_worker")
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE beat_at > ?", before)
    assert main.is_running()
    assert hub.sql("SELECT restart_reason FROM syncapp_worker WHERE restarts > 0") == []
    end_cleanly(hub, supervisor)


def test_systemd_is_told_when_it_is_up_alive_and_about_to_end(hub: Installation, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
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
