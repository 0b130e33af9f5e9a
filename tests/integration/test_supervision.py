"""The supervisor's decisions, the heartbeat and its row; real processes are in tests/e2e/test_supervisor.py."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from django_q.brokers import get_broker

from syncapp.engine.workers import heartbeat, supervision
from syncapp.engine.workers.heartbeat import WorkerRow
from syncapp.engine.workers.supervision import HOPELESS_STARTS, LONGEST_BACK_OFF_SECONDS, Supervisor
from syncapp.models import Worker

pytestmark = pytest.mark.django_db


class FakeCluster:
    def __init__(self) -> None:
        self.starts = self.kills = 0

    def start(self) -> None:
        self.starts += 1

    def kill(self) -> None:
        self.kills += 1


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(supervision, "time", clock)
    return clock


@pytest.fixture(autouse=True)
def _connections_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own transaction lives on this connection."""
    monkeypatch.setattr("syncapp.engine.workers.heartbeat.close_old_connections", lambda: None)
    monkeypatch.setattr(WorkerRow, "reconnect", lambda self: None)


@pytest.fixture
def supervisor(clock: Clock) -> Supervisor:
    supervisor = Supervisor()
    supervisor.cluster = FakeCluster()  # type: ignore[assignment]
    supervisor._start()
    return supervisor


def look(supervisor: Supervisor, clock: Clock, seconds: float) -> str:
    """Looks every half second for so long, or until something is wrong."""
    end = clock.now + seconds
    while clock.now < end:
        clock.sleep(0.5)
        if reason := supervisor._silence():
            return reason
    return ""


def prove_work(supervisor: Supervisor) -> None:
    Worker.objects.filter(pk=supervisor.name).update(beat_at=timezone.now())


def test_a_starting_cluster_gets_a_minute_a_working_one_thirty_seconds(supervisor: Supervisor, clock: Clock) -> None:
    assert look(supervisor, clock, 59) == ""
    prove_work(supervisor)
    assert look(supervisor, clock, 29) == ""
    prove_work(supervisor)
    assert look(supervisor, clock, 29) == ""
    assert look(supervisor, clock, 5) == "no proof of work for 30 s"


def test_canaries_go_out_regularly_and_more_often_when_it_is_quiet(supervisor: Supervisor, clock: Clock) -> None:
    prove_work_at_once = look(supervisor, clock, 0.5)
    prove_work(supervisor)
    assert prove_work_at_once == ""
    look(supervisor, clock, 15)
    assert 3 <= get_broker().queue_size() <= 5
    look(supervisor, clock, 10)
    assert get_broker().queue_size() >= 18


def test_a_restart_is_on_record_with_its_reason(supervisor: Supervisor, clock: Clock) -> None:
    supervisor._restart("the main process was killed by signal 9")
    look(supervisor, clock, 1)
    row = Worker.objects.get(pk=supervisor.name)
    assert (row.restarts, row.restart_reason) == (1, "the main process was killed by signal 9")
    assert (supervisor.cluster.starts, supervisor.cluster.kills) == (2, 1)  # type: ignore[attr-defined]


def test_a_cluster_that_never_works_is_started_less_and_less_often(supervisor: Supervisor, clock: Clock) -> None:
    pauses = []
    for _ in range(9):
        before = clock.now
        supervisor._restart("it ended by itself (code 1)")
        pauses.append(clock.now - before)
    assert pauses[:4] == [0, 1, 3, 7]
    assert pauses[-1] == LONGEST_BACK_OFF_SECONDS

    look(supervisor, clock, 1)
    prove_work(supervisor)
    look(supervisor, clock, 1)
    before = clock.now
    supervisor._restart("later")
    assert clock.now == before


@pytest.mark.parametrize("broken", ["supervision.async_task", "heartbeat.WorkerRow.beat"])
def test_silence_is_not_counted_while_queue_or_database_is_away(
    supervisor: Supervisor, clock: Clock, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    look(supervisor, clock, 1)
    prove_work(supervisor)
    look(supervisor, clock, 1)

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    with monkeypatch.context() as outage:
        outage.setattr(f"syncapp.engine.workers.{broken}", away)
        assert look(supervisor, clock, 600) == ""
    assert look(supervisor, clock, 10) == ""


def test_old_rows_are_forgotten_young_ones_kept(supervisor: Supervisor, clock: Clock) -> None:
    now = timezone.now()
    for name, days in (("old", 8), ("young", 6)):
        Worker.objects.create(name=name, started_at=now, beat_at=now - timedelta(days=days))
    look(supervisor, clock, 1)
    assert set(Worker.objects.values_list("name", flat=True)) == {"young", supervisor.name}


@pytest.fixture
def fresh_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_last_beat", float("-inf"))
    monkeypatch.setenv(heartbeat.ENV_NAME, "host-1-abc")


@pytest.mark.usefixtures("fresh_canary")
def test_beats_are_throttled_and_need_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeat.beat()
    first = Worker.objects.get(pk="host-1-abc").beat_at
    heartbeat.beat()
    assert Worker.objects.get(pk="host-1-abc").beat_at == first
    monkeypatch.setattr(heartbeat, "_last_beat", float("-inf"))
    heartbeat.beat()
    later = Worker.objects.get(pk="host-1-abc").beat_at
    assert first is not None
    assert later is not None
    assert later > first


@pytest.mark.usefixtures("fresh_canary")
def test_a_database_that_is_away_is_no_error_of_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(Worker.objects, "filter", away)
    heartbeat.beat()


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_that_it_is_alive_until_no_start_helps(
    supervisor: Supervisor, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, abstract: bool
) -> None:
    address = f"@hub-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + address[1:] if abstract else address)
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        for _ in range(HOPELESS_STARTS):
            supervisor._tell_alive()
            assert systemd.recv(100) == b"WATCHDOG=1"
            supervisor._restart("no proof of work")
        supervisor._tell_alive()
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
    supervisor._in_vain = 0
    supervisor._tell_alive()  # nobody listens any more, which is no reason to end


def test_a_plain_cluster_is_named_after_its_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(heartbeat.ENV_NAME, raising=False)
    assert heartbeat.cluster_name() == f"{heartbeat.host_name()}-qcluster"


@pytest.mark.parametrize(
    ("host", "age", "stopped", "works"),
    [("", 5, False, True), ("", 3600, False, False), ("", 5, True, False), ("elsewhere-", 5, False, False)],
)
def test_the_check_looks_at_this_machine_and_at_the_last_minute(
    host: str, age: int, stopped: bool, works: bool
) -> None:
    now = timezone.now()
    Worker.objects.create(
        name=f"{host}{heartbeat.host_name()}-1-abc",
        started_at=now,
        beat_at=now - timedelta(seconds=age),
        stopped_at=now if stopped else None,
    )
    if works:
        call_command("worker", check=True)
    else:
        with pytest.raises(CommandError, match="No worker of this machine"):
            call_command("worker", check=True)


@pytest.mark.parametrize("workers", ["0", "-1", "many"])
def test_a_wrong_number_of_workers_is_refused(workers: str) -> None:
    with pytest.raises(CommandError, match="must be a number, 1 or more"):
        call_command("worker", f"--workers={workers}")
