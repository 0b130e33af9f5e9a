"""`manage.py demo` as a newcomer starts it: nothing configured, real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import engines
from tests.installation import PATIENCE, ROOT, alive, until

pytestmark = pytest.mark.e2e
STAYS = "Ctrl-C ends all of it"
CALLED_OTHERWISE = """
import django
django.setup()
from django.core.management import call_command
call_command("demo")
"""


STARTED: list[subprocess.Popen[bytes]] = []


class Started:
    def __init__(self, folder: Path, *args: str) -> None:
        self.said = folder / "said.txt"
        # Traps: what a person has configured must not matter, least of all their database.
        trap = {"HUB_ENV_FILE": "/nonexistent", "DATABASE_URL": "postgres://nowhere/production", "LANG": "C.UTF-8"}
        env = engines.clean_environment() | trap | {"HUB_DEMO_FOLDER": str(folder / "demo"), "ESPOCRM_API_KEY": "real"}
        with self.said.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", *args], cwd=ROOT, env=env, stdout=out, stderr=out
            )
        STARTED.append(self.process)

    def output(self) -> str:
        return self.said.read_text()

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait(self, seconds: float = 2 * PATIENCE) -> int:
        return self.process.wait(seconds)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for process in psutil.process_iter(["environ"]):  # a failed test leaves nothing behind
        if (process.info["environ"] or {}).get("HUB_DEMO_FOLDER") == str(tmp_path / "demo"):
            process.kill()
    while STARTED:
        STARTED.pop().wait(PATIENCE)


def test_once_checks_the_result_and_ends(folder: Path) -> None:
    demo = Started(folder, "--once")
    assert demo.wait() == 0, demo.output()

    said = demo.output()
    assert "Everything is as it should be." in said
    for line in (
        "documents searchable",
        "xAI rejected",
        "refusals for too many requests",
        "uploads: every content once",
        "parties that are the same in EspoCRM and Advoware",
        "a person chooses, nothing is overwritten",
        "task: a changed bank account",
        "appointments that are the same in Advoware and Google: each once",
        "appointments edited, made and moved on one side",
        "task: a series in Google that Advoware can't hold",
    ):
        assert line in said
    assert "✗" not in said
    assert "This type of file can't be made searchable" in said
    assert "xAI could not read the document" in said


def test_it_stays_until_ctrl_c_and_leaves_nothing_running(folder: Path) -> None:
    demo = Started(folder)
    until(lambda: STAYS in demo.output(), 2 * PATIENCE, demo.output)
    children = demo.family()
    assert len(children) >= 6  # sandbox, web server and its worker, supervisor, cluster and its workers
    assert "logins: mitarbeit / betreuung, password " in demo.output()
    for place in ("/espocrm/CBeteiligte/65f", "/advoware/104711", "/admin/hub/conflicts/", "/admin/syncapp/task/",
                  "/advoware/calendar/AP", "/google/c_", "/admin/syncapp/calendaremployee/"):  # fmt: skip
        assert place in demo.output()

    second = subprocess.run(
        [sys.executable, "manage.py", "demo", "--once"], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
        env=os.environ | {"HUB_DEMO_FOLDER": str(folder / "demo")},
    )  # fmt: skip
    assert second.returncode == 1
    assert f"The demo runs already (process {demo.process.pid})" in second.stderr

    demo.process.send_signal(signal.SIGINT)

    assert demo.wait(PATIENCE) == 0, demo.output()
    until(lambda: not alive(children), PATIENCE, demo.output)
    assert demo.output().endswith("Ended.\n")


def test_a_dead_child_is_named_with_the_end_of_its_log_and_the_others_are_ended(folder: Path) -> None:
    demo = Started(folder)
    until(lambda: (folder / "demo" / "workers.log").exists(), PATIENCE, demo.output)
    until(lambda: len(demo.family()) >= 3, PATIENCE, demo.output)
    children = demo.family()
    web = next(child for child in children if "gunicorn" in " ".join(child.cmdline()))

    web.kill()

    assert demo.wait(PATIENCE) == 1
    assert "The web server was killed by signal 9. The end of " in demo.output()
    until(lambda: not alive(children), PATIENCE, demo.output)


@pytest.mark.parametrize("option", ["--port", "--sandbox-port"])
def test_a_busy_port_that_was_asked_for_is_said(folder: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = Started(folder, "--once", option, str(port))
        assert demo.wait() == 1
    assert f"Port {port} can't be used (another program has it). Without {option} a free one is taken." in demo.output()
    assert list((folder / "demo").glob("*.log")) == [], "nothing begins that has to be ended again"


def test_it_is_never_started_with_other_settings(folder: Path) -> None:
    """`call_command` or an alias would bring the settings of a real installation along."""
    done = subprocess.run(
        [sys.executable, "-c", CALLED_OTHERWISE],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
        env=engines.clean_environment() | {"DJANGO_SETTINGS_MODULE": "bitbylaw.settings", "DJANGO_DEBUG": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "start it as: python manage.py demo" in done.stderr


def test_the_sandbox_command_hands_everything_on() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "sandbox", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
        env=engines.clean_environment(),
    )  # fmt: skip
    assert done.returncode == 0
    assert "usage: python -m sandbox" in done.stdout
