"""Redis ends, hangs, is full or refuses: the hub goes on without it, slower, and takes it again by itself."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis

from sandbox.running import SandboxProcess
from tests import engines, servers
from tests.accounts import IBAN
from tests.benchmarks.load import signed
from tests.e2e.doors import Door, web_server
from tests.e2e.test_recovery import Firm
from tests.installation import PATIENCE, Installation, until
from tests.world import sandbox_settings

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(engines.chosen().name != "postgres", reason="the queue of SQLite needs no Redis"),
]
PACE = {"LEASE_SECONDS": "2", "SWEEP_SECONDS": "1", "CANARY_SECONDS": "12"}
PAGES_WORK = {"SECOND_FACTOR_GROUPS": "", "DJANGO_DEBUG": "1"}
SOON = 2.0  # seconds within which EspoCRM has its answer, whatever Redis does
SECONDS = PATIENCE
STAFF = """
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_superuser("chefin"))
print(client.cookies["sessionid"].value)
"""
COMPARE = "from django_q.tasks import async_task; async_task('syncapp.jobs.compare', 'changes')"
PAGES = ("", "hub/workers/", "hub/locks/", "hub/needs/", "hub/systems/", "syncapp/record/")


class Broken:
    """A Redis that can be taken away and given back, at the same address."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self.port = stack, servers.free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self, **options: str) -> None:
        self._server = self._stack.enter_context(ExitStack())
        self._server.enter_context(servers.redis(port=self.port, **options))

    def end(self) -> None:
        self._server.close()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        with self._client() as client:
            pid = int(client.info("server")["process_id"])
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def told(self, *said: tuple[str, str]) -> Iterator[None]:
        """With another configuration meanwhile."""
        with self._client() as client:
            before = {name: client.config_get(name)[name] for name, _ in said}
            for name, value in said:
                client.config_set(name, value)
            yield
            for name, value in before.items():
                client.config_set(name, value)

    def _client(self) -> redis.Redis:
        return redis.Redis(host="127.0.0.1", port=self.port)


class House(Firm):
    """The firm's documents, a party and its account, told by signed webhooks to a web server."""

    door: Door

    def events(self, word: str, *ids: str) -> None:
        answer = self.door.ask(signed(f"/vmh/webhook/{word}/update", ids))
        assert answer.status == 200
        assert answer.seconds < SOON

    def document(self, pk: str, content: str = "") -> None:
        self.sandbox.create("CDokumente", {"name": pk}, id=pk)
        self.sandbox.upload_file(pk, f"{pk}.txt", (content or pk).encode())
        self.sandbox.link("CDokumente", pk, "raeumungsklages", "klage")
        self.events("document", pk)

    def party(self) -> str:
        pk = self.sandbox.create("CBeteiligte", {"firstName": "Almut", "lastName": "Wendland"})
        self.events("beteiligte", pk)
        return pk

    def synced(self, *ids: str) -> None:
        marks = ", ".join("?" * len(ids))
        mine = f"step <> 'collection_sync' AND entity_id IN ({marks})"
        ask = f"SELECT count(*) FROM syncapp_record WHERE status = 'in_sync' AND {mine}"
        until(lambda: self.hub.sql(ask, *ids) == [(len(ids),)], SECONDS, self._story)

    def health(self) -> tuple[int, dict[str, object]]:
        answer = self.door.get("/health/ready")
        return answer.status, json.loads(answer.body)

    def says(self, redis_is: str) -> None:
        until(lambda: self.health()[1]["redis"] == redis_is, SECONDS, self._story)
        assert self.health()[0] == 200, self.health()

    def nothing_twice(self) -> None:
        xai = self.sandbox.state("xai")
        assert len(xai["files"]) == len({file["sha256"] for file in xai["files"]})
        assert self.hub.sql("SELECT id FROM syncapp_journalentry WHERE state IN ('intended', 'lost')") == []
        assert self.hub.sql("SELECT restarts FROM syncapp_worker") == [(0,)]


@pytest.fixture
def broken() -> Iterator[Broken]:
    with ExitStack() as stack:
        yield Broken(stack)


@pytest.fixture
def house(tmp_path: Path, broken: Broken) -> Iterator[House]:
    with SandboxProcess() as sandbox:
        ours = {name: str(value) for name, value in sandbox_settings(sandbox).items()}
        ours |= {"REDIS_URL": f"{broken.url}/0", "REDIS_DB_ADVOWARE_CACHE": "1", "ADVOWARE_WRITE_ENABLED": "1"}
        with Installation.fresh(tmp_path, **ours, **PACE, **PAGES_WORK) as hub:
            made = House(sandbox, hub)
            hub.start("worker", "--workers", "2")
            with web_server(hub) as made.door:
                made.door.webhook()  # the first one loads what it needs
                yield made


def test_work_goes_on_without_redis_and_with_it_again(house: House, broken: Broken) -> None:
    session = house.hub.manage("shell", "-v", "0", "-c", STAFF).stdout.split()[-1]
    house.document("before")
    house.synced("before")

    began = time.monotonic()
    broken.end()

    for pk in ("one", "two", "three"):
        house.document(pk)
    party = house.party()
    account = house.sandbox.create("CBankverbindungen", {"name": "Konto", "beteiligteId": party, "iban": IBAN})
    house.hub.manage("shell", "-v", "0", "-c", COMPARE)
    for page in PAGES:
        answer = house.door.get(f"/admin/{page}", Cookie=f"sessionid={session}")
        assert (page, answer.status) == (page, 200), _web_log(house)
    assert b"Redis" in house.door.get("/admin/", Cookie=f"sessionid={session}").body
    house.synced("one", "two", "three", party)
    house.events("bankverbindungen", account)
    house.synced(account)
    house.hub.wait_for("SELECT 1 FROM syncapp_scanrun WHERE scan = 'changes' AND state = 'done'")
    house.says("away")
    warned = sum(part.count("redis.away") for part in (house.hub.log(), _web_log(house)))
    minutes = int((time.monotonic() - began) / 60) + 1
    assert 2 <= warned <= 2 * minutes  # once a minute: the web server and the supervisor
    house.nothing_twice()

    broken.start()

    house.says("ok")
    house.document("after")
    house.synced("after")
    house.nothing_twice()
    assert len(house.sandbox.state("xai")["files"]) == 5
    left = "SELECT 1 FROM django_q_ormq UNION SELECT 1 FROM syncapp_lock"
    until(lambda: house.hub.sql(left) == [], SECONDS, house._story)


def _web_log(house: House) -> str:
    return (house.hub.folder / "web.log").read_text()


def test_one_that_hangs_or_is_full_or_refuses_holds_nobody_up(house: House, broken: Broken) -> None:
    house.document("before")
    house.synced("before")
    with broken.hanging():
        house.synced(house.party(), house.party())
        house.says("away")
    house.says("ok")
    with broken.told(("maxmemory-policy", "noeviction"), ("maxmemory", "1")):
        house.says("away")
        house.synced(house.party())
    house.says("ok")
    broken.end()
    broken.start(requirepass="another")
    house.says("away")
    house.synced(house.party())
    house.nothing_twice()
