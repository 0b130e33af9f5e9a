"""`manage.py run`: web and workers together, as `make run` starts them."""

from __future__ import annotations

import signal
import socket
import urllib.request

import psutil
import pytest

from tests.installation import PATIENCE, Installation, alive, by_age, until
from tests.servers import free_port

pytestmark = pytest.mark.e2e


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_web_and_workers_run_together_and_end_together(hub: Installation) -> None:
    port = free_port()
    process = hub.start("run", "--port", str(port))
    until(lambda: answers(port), PATIENCE, hub.log)
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE beat_at IS NOT NULL")
    everything = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGINT)

    assert process.wait(PATIENCE) == 0, hub.log()
    until(lambda: not alive(everything), PATIENCE, lambda: f"still there: {alive(everything)}")


def test_what_is_killed_is_started_anew(hub: Installation) -> None:
    port = free_port()
    process = hub.start("run", "--port", str(port))
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE beat_at IS NOT NULL")
    until(lambda: answers(port), PATIENCE, hub.log)
    web, workers = by_age(psutil.Process(process.pid).children())
    ((first,),) = hub.sql("SELECT name FROM syncapp_worker")

    workers.send_signal(signal.SIGKILL)
    hub.wait_for("SELECT 1 FROM syncapp_worker WHERE name <> ? AND beat_at IS NOT NULL", first)
    for each in [web, *web.children()]:
        each.send_signal(signal.SIGKILL)
    # Nobody is refused meanwhile: the socket is open.
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as early:
        early.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert early.recv(4096).startswith(b"HTTP/1.1 200")

    until(lambda: not {web, workers} & set(psutil.Process(process.pid).children()), PATIENCE, hub.log)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0, hub.log()
    assert "Started anew: workers (killed by signal 9)." in hub.log()


def test_what_dies_again_and_again_ends_all(hub: Installation) -> None:
    (hub.folder / "gunicorn.py").write_text("raise SystemExit(3)")
    process = hub.start("run", "--port", str(free_port()), QUEUE_WORKERS="1", PYTHONPATH=str(hub.folder))
    assert process.wait(PATIENCE) == 1
    assert "This does not stay: web server." in hub.log()


def test_a_busy_port_is_said(hub: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = hub.manage("run", "--port", str(port), check=False)
    assert done.returncode == 1
    assert f"Port {port} can't be used" in done.stderr
    assert "worker.started" not in done.stdout + done.stderr, "nothing begins that has to be ended again"
