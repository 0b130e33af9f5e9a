"""`manage.py run`: web and workers together, as `make run` starts them."""

from __future__ import annotations

import signal
import socket
import time
import urllib.request

import psutil
import pytest

from tests.installation import Installation, until
from tests.servers import free_port

pytestmark = pytest.mark.e2e


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_web_and_workers_run_together_and_end_together(hub: Installation) -> None:
    port = free_port()
    process = hub.start("run", "--port", str(port))
    until(lambda: answers(port), 60, hub.log)
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE beat_at IS NOT NULL", seconds=60)
    everything = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGINT)

    assert process.wait(30) == 0, hub.log()
    assert [p for p in everything if p.is_running()] == []


def test_when_one_ends_the_other_is_ended(hub: Installation) -> None:
    process = hub.start("run", "--port", str(free_port()))
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE beat_at IS NOT NULL", seconds=60)
    web, worker = sorted(psutil.Process(process.pid).children(), key=lambda p: p.pid)

    web.send_signal(signal.SIGKILL)

    assert process.wait(30) == 1
    assert not worker.is_running()
    assert "The web server ended by itself" in hub.log()


def test_a_busy_port_is_said(hub: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        started = time.monotonic()
        done = hub.manage("run", "--port", str(port), check=False)
    assert done.returncode == 1
    assert f"Port {port} can't be used" in done.stderr
    assert time.monotonic() - started < 20
