"""A disk that is full, or a database that is away, is said; and all goes on when it is over."""

from __future__ import annotations

import resource

import psutil
import pytest

from tests import engines
from tests.e2e.doors import Door, web_server
from tests.installation import PATIENCE, Installation, until
from tests.servers import free_port

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(engines.chosen().name != "sqlite", reason="PostgreSQL's disk is PostgreSQL's"),
    pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="limits of another process: Linux only"),
]


def room(door: Door, size: int) -> None:
    """How large a file the web server may write; it gets an error beyond, as from a full disk."""
    for process in psutil.Process(door.process.pid).children():
        process.rlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_readiness_proves_a_write(hub: Installation) -> None:
    def database() -> str:
        text = door.get("/health/ready").body.decode()
        return text.partition('"database":"')[2].partition('"')[0]

    with web_server(hub) as door:
        assert database() == "ok"
        assert door.webhook().status == 200
        room(door, 0)
        assert door.webhook().status == 503
        until(lambda: database() == "can be read, takes no writes", PATIENCE, database)
        assert door.get("/health/live").status == 200
        room(door, resource.RLIM_INFINITY)
        until(lambda: database() == "ok", PATIENCE, database)
        assert door.webhook().status == 200


def test_a_database_that_is_away_is_said_with_503_everywhere(hub: Installation) -> None:
    """Nothing listens there, as while PostgreSQL is restarted."""
    token, nobody = "m" * 40, f"postgres://hub@127.0.0.1:{free_port()}/hub"
    with web_server(hub, DATABASE_URL=nobody, METRICS_TOKEN=token) as door:
        known = {"Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345", "Authorization": f"Bearer {token}"}
        for path in ("/admin/", "/admin/syncapp/record/", "/api/docs/", "/metrics"):
            answer = door.get(path, **known)
            assert (answer.status, "Retry-After" in answer.head) == (503, True), path
            assert answer.body == b"The hub's database does not answer.\n", path
        assert door.webhook().status == 503
        assert door.get("/health/ready").status == 503
        assert door.get("/health/live").status == 200
