"""Two web servers and four workers on one PostgreSQL and one Redis, as on several machines."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest

from sandbox.running import SandboxProcess
from tests import engines
from tests.benchmarks.load import signed
from tests.e2e.doors import Door, web_server
from tests.e2e.test_recovery import Firm
from tests.installation import PATIENCE, Installation, by_age, until
from tests.world import sandbox_settings

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(engines.chosen().name != "postgres", reason="SQLite is for one machine"),
]
WEB, WORKERS = 2, 4
PACE = {"SWEEP_SECONDS": "2", "CANARY_SECONDS": "30"}
NIGHTLY = "'hub.scan_everything', 'hub.scan_all_parties', 'hub.prune'"
# As docs/operators.md counts them: of a worker its process, its guard, and for moments three more; of a web process the
# threads for webhooks, which alone are asked here.
OF_A_WORKER, OF_A_WEB_PROCESS = 5, 4
BEATING = "SELECT name FROM syncapp_worker WHERE beat_at IS NOT NULL AND stopped_at IS NULL AND restarts = 0"


@dataclass
class Services(Firm):
    def __init__(self, sandbox: SandboxProcess, hub: Installation, stack: ExitStack) -> None:
        super().__init__(sandbox, hub)
        self.processes = [hub.start("worker", "--workers", "1") for _ in range(WORKERS)]
        self.doors: list[Door] = [stack.enter_context(web_server(hub)) for _ in range(WEB)]
        until(lambda: len(hub.sql(BEATING)) == WORKERS, PATIENCE, hub.log)

    def connections(self) -> int:
        ((count,),) = self.hub.sql("SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()")
        return int(count)


def _half_a_day_away() -> int:
    """An hour in which they are not due once more while the test runs."""
    return (datetime.now(ZoneInfo("Europe/Berlin")).hour + 12) % 24


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with SandboxProcess() as sandbox, ExitStack() as stack:
        ours = {name: str(value) for name, value in sandbox_settings(sandbox).items()}
        with Installation.fresh(tmp_path, **ours, **PACE) as hub:
            hub.manage("setup_schedules")
            due = "cron = ?, next_run = now() - interval '1 hour'"
            hub.sql(f"UPDATE django_q_schedule SET {due} WHERE name IN ({NIGHTLY})", f"30 {_half_a_day_away()} * * *")
            yield Services(sandbox, hub, stack)


def test_together_they_do_everything_once(services: Services) -> None:
    began = time.monotonic()
    hub = services.hub
    for pk in (ids := [f"dokument{number}" for number in range(20)]):
        services.sandbox.create("CDokumente", {"name": pk}, id=pk)
        services.sandbox.upload_file(pk, f"{pk}.txt", pk.encode())
        services.sandbox.link("CDokumente", pk, "raeumungsklages", "klage")
    for pk in ids:
        for door in services.doors:  # told twice
            assert door.ask(signed("/vmh/webhook/document/update", [pk])).status == 200
    most = 0
    while hub.sql("SELECT 1 FROM syncapp_record WHERE status <> 'in_sync'"):
        most = max(most, services.connections())
        assert time.monotonic() < began + PATIENCE, services._story()
    services.all_in_sync(20)
    assert most <= WORKERS * OF_A_WORKER + WEB * OF_A_WEB_PROCESS

    # One probe of a system that is down, however many look.
    hold = services.sandbox.add_fault("hold", system="xai", method="GET", path="/v1/files", hold="before", times=None)
    hub.sql(
        "INSERT INTO syncapp_system (name, state, paused, since, next_probe_at, failed_probes, code, error)"
        " VALUES ('xai', 'down', false, now(), now(), 0, '', '')"
    )
    services.wait_held()
    time.sleep(2 * 2.4)  # each of them has swept, and the next probe is not due yet
    assert services.sandbox.waiting() == 1
    services.sandbox.release(hold)
    hub.wait_for("SELECT 1 FROM syncapp_system WHERE name = 'xai' AND state = 'up'")

    # A process of one of them is killed.
    ((name,),) = hub.sql(f"{BEATING} AND name LIKE ?", f"%-{services.processes[0].pid}-%")
    main = psutil.Process(services.processes[0].pid).children()[0]
    worker = by_age(main.children()[0].children())[0]
    os.kill(worker.pid, signal.SIGKILL)
    ((why, beat),) = hub.wait_for(
        "SELECT restart_reason, beat_at FROM syncapp_worker WHERE name = ? AND restarts = 1", name
    )
    assert "proof of work" not in why  # that takes CANARY_SECONDS
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE name = ? AND beat_at > ?", name, beat)

    # Every schedule was begun once, though each of the four has a scheduler.
    ended = f"SELECT 1 FROM syncapp_scheduledjob WHERE name IN ({NIGHTLY}) AND ended_at IS NOT NULL HAVING count(*) = 3"
    hub.wait_for(ended)
    scans = dict(hub.sql("SELECT scan, count(*) FROM syncapp_scanrun GROUP BY scan"))
    assert (scans["everything"], scans["all_parties"]) == (1, 1)
