"""Real workers that are killed in the middle of the work, or lose their queue: nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
import redis

from sandbox.running import SandboxProcess
from tests import engines, servers
from tests.benchmarks.load import UPDATE, signed
from tests.e2e.doors import web_server
from tests.installation import Installation, until
from tests.world import sandbox_settings

pytestmark = pytest.mark.e2e
SECONDS = 120  # far more than lease and sweep take; a worker that starts anew on a busy machine takes most of it
BEATING = "SELECT 1 FROM syncapp_worker WHERE beat_at IS NOT NULL AND stopped_at IS NULL"
DOCUMENTS = 20


class Firm:
    """One parent with documents, told to the hub as the webhooks do it."""

    def __init__(self, sandbox: SandboxProcess, hub: Installation) -> None:
        self.sandbox, self.hub = sandbox.client, hub
        self.sandbox.settings(xai_indexing_seconds=0)
        self.sandbox.create("Raeumungsklage", {"name": "Muster", "status": "active"}, id="klage")

    def documents(self, count: int, since: int = 0) -> None:
        """So many there are then; the hub is told of those from `since` on."""
        self.untold(count, since)
        self.hub.manage("shell", "-c", _REQUESTS, check=True)

    def untold(self, count: int, since: int = 0) -> None:
        for pk in (f"dokument{number}" for number in range(since, count)):
            self.sandbox.create("CDokumente", {"name": pk}, id=pk)
            self.sandbox.upload_file(pk, f"{pk}.txt", pk.encode())
            self.sandbox.link("CDokumente", pk, "raeumungsklages", "klage")

    def worker(self) -> subprocess.Popen[bytes]:
        process = self.hub.start("worker", "--workers", "2")
        self.hub.wait_for(BEATING, seconds=SECONDS)
        return process

    def wait_held(self) -> None:
        """Returns when a worker is in the middle of an upload."""
        until(lambda: self.sandbox.waiting() > 0, SECONDS, self._story)

    def _story(self) -> str:
        records = self.hub.sql("SELECT entity_id, status, reason, claimed_by, attempts FROM syncapp_record")
        return f"{records}\n{self.hub.log()}"

    def all_in_sync(self, count: int) -> None:
        """Waits for it, then looks at the sandbox: each file once, all in the one collection, the CRM says so."""
        until(
            lambda: self.hub.sql("SELECT count(*) FROM syncapp_record WHERE status = 'in_sync'") == [(count + 1,)],
            SECONDS,
            self._story,
        )
        xai = self.sandbox.state("xai")
        assert len(xai["files"]) == len({file["sha256"] for file in xai["files"]}) == count
        (collection,) = xai["collections"]
        assert len(collection["documents"]) == count
        documents = self.sandbox.state("espocrm")["records"]["CDokumente"]
        assert {row["xaiSyncStatus"] for row in documents} == {"clean"}
        assert self.hub.sql("SELECT id FROM syncapp_journalentry WHERE state IN ('intended', 'lost')") == []


_REQUESTS = """
from syncapp.engine.outside import connections
from syncapp.engine.queue import sync_requests
from syncapp.models import Urgency
rows = connections.espocrm().all_documents()
targets = [sync_requests.Target("document_sync", "CDokumente", row.id) for row in rows]
sync_requests.request(targets, urgency=Urgency.EVENT)
"""


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with _firm(tmp_path) as made:
        yield made


@pytest.fixture
def firm_alone(tmp_path: Path) -> Iterator[Firm]:
    """With a Redis of its own, where there is one: what is paused there keeps no other test waiting."""
    with ExitStack() as stack:
        mine = {}
        if engines.chosen().redis_server:
            mine = {"REDIS_URL": f"{stack.enter_context(servers.redis())}/0", "REDIS_DB_ADVOWARE_CACHE": "1"}
        yield stack.enter_context(_firm(tmp_path, **mine))


@contextmanager
def _firm(folder: Path, **more: str) -> Iterator[Firm]:
    with SandboxProcess() as sandbox:
        ours = {name: str(value) for name, value in sandbox_settings(sandbox).items()}
        pace = {"LEASE_SECONDS": "2", "SWEEP_SECONDS": "1", "CANARY_SECONDS": "12"}
        with Installation.fresh(folder, **ours, **pace, **more) as hub:
            yield Firm(sandbox, hub)


def test_a_worker_killed_in_the_middle_of_a_call(firm: Firm) -> None:
    firm.worker()
    hold = firm.sandbox.add_fault("hold", system="xai", method="POST", path="/v1/files", hold="after")
    firm.documents(1)
    firm.wait_held()
    ((name,),) = firm.hub.sql("SELECT claimed_by FROM syncapp_record WHERE status = 'running'")

    os.kill(int(name.rpartition("/")[2]), signal.SIGKILL)

    firm.sandbox.release(hold)
    firm.all_in_sync(1)
    assert firm.hub.sql("SELECT 1 FROM syncapp_attempt WHERE outcome = 'lost' AND reason = 'worker_died'")


def test_the_whole_family_of_processes_killed_and_started_anew(firm: Firm) -> None:
    process = firm.worker()
    hold = firm.sandbox.add_fault("hold", system="xai", method="POST", path="/v1/files", hold="before", times=None)
    firm.documents(5)
    firm.wait_held()

    supervisor = psutil.Process(process.pid)
    for victim in [supervisor, *supervisor.children(recursive=True)]:
        victim.kill()

    process.wait(SECONDS)
    firm.sandbox.release(hold)
    firm.hub.sql("UPDATE syncapp_worker SET beat_at = NULL")
    firm.worker()
    firm.all_in_sync(5)


def test_the_queue_lost_in_the_middle_of_the_work(firm: Firm) -> None:
    firm.worker()
    hold = firm.sandbox.add_fault("hold", system="xai", method="POST", path="/v1/files", hold="before", times=None)
    firm.documents(DOCUMENTS)
    firm.wait_held()

    _lose_the_queue(firm.hub)

    firm.sandbox.release(hold)
    firm.all_in_sync(DOCUMENTS)


def test_the_web_server_killed_between_its_answer_and_the_queue(firm_alone: Firm) -> None:
    firm = firm_alone
    firm.untold(DOCUMENTS)
    with web_server(firm.hub) as door:
        if url := firm.hub.env["REDIS_URL"]:  # takes nothing until it is told to go on
            with redis.Redis.from_url(url) as client:
                client.execute_command("CLIENT", "PAUSE", 30_000, "WRITE")
        answers = [door.ask(signed(UPDATE, [f"dokument{number}"])) for number in range(DOCUMENTS)]
        server = psutil.Process(door.process.pid)
        for victim in [server, *server.children(recursive=True)]:
            victim.kill()
        door.process.wait(SECONDS)
    assert {each.status for each in answers} == {200}
    if url:
        with redis.Redis.from_url(url) as client:
            client.execute_command("CLIENT", "UNPAUSE")
    _lose_the_queue(firm.hub)
    firm.worker()
    firm.all_in_sync(DOCUMENTS)


def _lose_the_queue(hub: Installation) -> None:
    """And on Redis the locks of those who are at work."""
    if url := hub.env["REDIS_URL"]:
        with redis.Redis.from_url(url) as client:
            client.flushdb()
    else:
        hub.sql("DELETE FROM django_q_ormq")
