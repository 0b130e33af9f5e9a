"""An update of a hub that runs, ended at any step: what was stopped runs again, at once or with the next try."""

from __future__ import annotations

import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
PLACES = ("/var/lib/bitbylaw", "/etc/bitbylaw", "/etc/systemd/system", "/usr/local/bin/bitbylaw", "/run/systemd/system")
ENDS = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}
# Counts what the script does from when something is to be stopped, and ends it at one of these steps.
ENDING = """
done=0
set -T
trap '[ -z "${running:-}${there:-}" ] || [ $((done += 1)) -ne "$END_AT" ] || {
  : > "$MACHINE/reached"; kill -"$END_BY" $$
}' DEBUG
"""
# Makes an environment out of itself, and puts "pages' files" beside the manage.py that it is given.
PYTHON = """#!/bin/sh
case "$*" in
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; [ -n "$NO_PIP" ] || touch "$3/pip" ;;
  "-c import pip") [ -e "$(dirname "$0")/../pip" ] || exit 1 ;;
  "-c import secrets"*) echo geheim ;;
  *requirements/install.py*) [ -e "$(dirname "$0")/../pip" ] || exit 1; [ -z "$NO_PACKAGES" ] || exit 1 ;;
  *collectstatic*) mkdir -p "$(dirname "$1")/staticfiles"; cp "$1" "$(dirname "$1")/staticfiles/of" ;;
esac
"""
# Keeps what runs in a file. Starts nothing of half a program, as systemd does when what migrates is not there.
SYSTEMCTL = """#!/bin/sh
[ "$1" != --no-block ] || shift
what=$1; shift
echo "$what $*" >> "$MACHINE/asked"
case $what in
  list-units) [ ! -e "$MACHINE/running" ] || sed 's/.*/  & loaded active running A unit/' "$MACHINE/running" ;;
  stop) rm -f "$MACHINE/running" ;;
  start) cat "$MACHINE/prefix/manage.py" >/dev/null && printf '%s\\n' "$@" > "$MACHINE/running" ;;
  is-enabled) [ "$1" != --quiet ] || shift; grep -qx "$1" "$MACHINE/enabled" 2>/dev/null || exit 1 ;;
  enable) printf '%s\\n' "$@" >> "$MACHINE/enabled" ;;
  disable) for unit in "$@"; do [ -e "$MACHINE/etc/systemd/system/$unit" ] || exit 1; done ;;
esac
"""
PARTS = ("bitbylaw", "syncapp", "templates", "docs", "requirements")


class Machine:
    """One of its own below a folder, with a small program to install."""

    def __init__(self, folder: Path) -> None:
        self.root, self.source, programs = folder, folder / "source", folder / "programs"
        for each in (*PLACES, "source/deploy", "programs"):
            (folder / each.lstrip("/")).mkdir(parents=True)
        (folder / "usr/local/bin/bitbylaw").rmdir()
        script = (ROOT / "deploy/install").read_text()
        for place in PLACES:
            assert place in script
            script = script.replace(place, f"{folder}{place}")
        (self.source / "deploy/install").write_text(script)
        (self.source / "deploy/install").chmod(0o755)
        shutil.copytree(UNITS, self.source / "deploy/systemd")
        (folder / "ending").write_text(ENDING)
        said = {"python3": PYTHON, "systemctl": SYSTEMCTL, "id": "#!/bin/sh\necho 0\n", "chgrp": "#!/bin/sh\n"}
        said["install"] = (
            '#!/bin/sh\nfor last; do [ "$last" = -d ] || case $last in /*) mkdir -p "$last" ;; esac; done\n'
        )
        for name, text in said.items():
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self.env = {"PATH": f"{programs}:/usr/bin:/bin", "MACHINE": str(folder)}
        self.release("1")

    def release(self, version: str) -> None:
        for part in PARTS:
            (self.source / part).mkdir(exist_ok=True)
            (self.source / part / "of").write_text(version)
        for part in ("manage.py", "requirements.txt", ".env.example", "README.md", "CHANGELOG.md"):
            (self.source / part).write_text(version)

    def install(self, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [self.source / "deploy/install", "--prefix", self.root / "prefix", *options]
        return subprocess.run(command, env=self.env | env, capture_output=True, text=True, check=False)

    def ended(self, by: signal.Signals, at: int, *options: str) -> bool:
        """Whether it had that many steps."""
        name, reached = by.name.removeprefix("SIG"), self.root / "reached"
        reached.unlink(missing_ok=True)
        done = self.install(*options, BASH_ENV=str(self.root / "ending"), END_BY=name, END_AT=str(at))
        assert done.returncode in (0, ENDS[by]), done.stderr
        return reached.exists()

    @property
    def program(self) -> set[str]:
        """The versions of what would be started; empty where nothing could be."""
        if not (self.root / "prefix/manage.py").exists():
            return set()
        prefix = self.root / "prefix"
        files = [prefix / part / "of" for part in (*PARTS, "staticfiles")] + [prefix / "manage.py"]
        return {file.read_text() if file.exists() else "nothing" for file in files}

    @property
    def running(self) -> set[str]:
        file = self.root / "running"
        return set(file.read_text().split()) if file.exists() else set()

    @running.setter
    def running(self, units: set[str]) -> None:
        (self.root / "running").write_text("".join(f"{unit}\n" for unit in sorted(units)))

    @property
    def remembered(self) -> bool:
        return (self.root / "etc/bitbylaw/start-again").exists()


RUNNING = {"bitbylaw.target", "bitbylaw-web.service", "bitbylaw-worker@1.service"}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    assert machine.install().returncode == 0
    assert (machine.program, machine.running) == ({"1"}, set())
    machine.running = RUNNING
    machine.release("2")
    return machine


@pytest.mark.parametrize(("by", "every"), [(signal.SIGTERM, 29), (signal.SIGINT, 71), (signal.SIGHUP, 73)])
def test_ended_at_any_step_it_starts_what_it_had_stopped(machine: Machine, by: signal.Signals, every: int) -> None:
    at = 1
    while machine.ended(by, at):
        assert (len(machine.program), machine.running, machine.remembered) == (1, RUNNING, False), at
        at += every
        machine.release(f"ended at {at}")
    assert at > 150


def test_killed_at_any_step_the_next_one_mends_it(machine: Machine) -> None:
    """The hub stayed stopped: only what ran when it began was started again."""
    at, stopped, nothing = 1, 0, 0
    while machine.ended(signal.SIGKILL, at):
        assert machine.running in (RUNNING, set()), at
        assert machine.running or machine.remembered, at
        assert len(machine.program) < 2, f"half the one, half the other: {at}"  # the machine may be off and on again
        stopped, nothing = stopped + (not machine.running), nothing + (not machine.program)
        assert machine.install().returncode == 0
        assert (machine.program, machine.running, machine.remembered) == (
            {(machine.source / "manage.py").read_text()},
            RUNNING,
            False,
        )
        at += 17
        machine.release(f"killed at {at}")
    assert stopped > nothing > 0


def test_a_next_one_that_fails_early_starts_what_was_left(machine: Machine) -> None:
    machine.running = set()
    (machine.root / "etc/bitbylaw/start-again").write_text("bitbylaw.target\n")
    done = machine.install(NO_PACKAGES="1")
    assert (done.returncode, machine.program, machine.running, machine.remembered) == (
        1,
        {"1"},
        {"bitbylaw.target"},
        False,
    )
    assert "is started again; do the same again" in done.stderr


def test_half_a_program_is_not_started(machine: Machine) -> None:
    machine.running = set()
    (machine.root / "etc/bitbylaw/start-again").write_text("bitbylaw.target\n")
    (machine.root / "prefix/manage.py").unlink()
    done = machine.install(NO_PACKAGES="1")
    assert (done.returncode, machine.running, machine.remembered) == (1, set(), True)
    assert "the hub is stopped. Do the same again: that starts it too" in done.stderr


def test_what_fails_while_the_new_version_is_laid_ready_stops_nothing(machine: Machine) -> None:
    asked = machine.root / "asked"
    asked.unlink()
    (machine.source / "templates/of").unlink()
    (machine.source / "templates").rmdir()
    assert machine.install().returncode != 0
    assert (machine.program, machine.running, asked.exists()) == ({"1"}, RUNNING, False)


@pytest.mark.parametrize(
    ("running", "again"),
    [
        ({"bitbylaw-worker@2.service"}, {"bitbylaw-worker@2.service"}),  # workers of another machine's hub
        ({"bitbylaw-prepare.service"}, {"bitbylaw.target"}),  # starting, and waits for the database
        (set(), set()),
    ],
)
def test_what_runs_or_is_about_to_is_stopped_meanwhile(machine: Machine, running: set[str], again: set[str]) -> None:
    machine.running = running
    (machine.root / "asked").unlink()
    assert machine.install().returncode == 0
    assert (machine.program, machine.running) == ({"2"}, again)
    assert ("\nstop " in (machine.root / "asked").read_text()) == bool(running)


def test_what_was_disabled_stays_so(machine: Machine) -> None:
    """A machine that stands by: each update had it started at boot again."""
    enabled = machine.root / "enabled"
    units = enabled.read_text().split()
    assert {"bitbylaw.target", "bitbylaw-web.service", "bitbylaw-worker@1.service"} < set(units)
    enabled.write_text("".join(f"{unit}\n" for unit in units if unit != "bitbylaw.target"))
    assert machine.install().returncode == 0
    assert "bitbylaw.target" not in enabled.read_text().split()
    enabled.write_text("")  # killed before, the first time: nothing was enabled yet
    assert machine.install().returncode == 0
    assert "bitbylaw.target" in enabled.read_text().split()


def test_the_start_itself_forgets_what_was_stopped() -> None:
    """Else an update of next year would start what somebody has stopped for a reason."""
    text = (UNITS / "bitbylaw-prepare.service").read_text()
    assert "\nExecStartPost=+-/bin/rm -f @CONFIG@/start-again\n" in text


def test_a_clone_of_root_alone_is_readable_where_it_is_installed(machine: Machine) -> None:
    """With the umask 077 that some have as root the account could read nothing, and nothing started."""
    for path in machine.source.rglob("*"):
        path.chmod(0o700 if path.is_dir() or path.name == "install" else 0o600)
    assert machine.install().returncode == 0
    for part in (*PARTS, "deploy", "manage.py"):
        for path in (machine.root / "prefix" / part, *(machine.root / "prefix" / part).rglob("*")):
            wanted = 0o755 if path.is_dir() or path.name == "install" else 0o644
            assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_an_environment_that_was_left_half_made_is_completed(machine: Machine) -> None:
    """Killed before pip was in it, or of the Python before an upgrade of the machine: it stayed so for ever."""
    (machine.root / "prefix/.venv/pip").unlink()
    assert machine.install().returncode == 0
    assert machine.program == {"2"}


def test_taken_away_in_two_goes(machine: Machine) -> None:
    """A unit that was gone ended the second one, and program and command stayed for ever."""
    at = 1
    while machine.ended(signal.SIGKILL, at, "--uninstall"):
        assert machine.install("--uninstall").returncode == 0, at
        assert not (machine.root / "prefix").exists()
        assert not (machine.root / "usr/local/bin/bitbylaw").exists()
        assert not list((machine.root / "etc/systemd/system").iterdir())
        assert (machine.root / "etc/bitbylaw/hub.env").exists()
        assert machine.install().returncode == 0
        machine.running = RUNNING
        at += 9
    assert at > 20


def test_all_workers_are_taken_away_and_waited_for(machine: Machine) -> None:
    (machine.root / "asked").unlink()
    assert machine.install("--uninstall").returncode == 0
    stop, disable, reload = (machine.root / "asked").read_text().splitlines()
    assert (stop.split()[0], disable.split()[0], reload.split()[0]) == ("stop", "disable", "daemon-reload")
    assert {"bitbylaw.target", "bitbylaw-web.service", "bitbylaw-worker@*.service"} <= set(stop.split())
    assert {"bitbylaw.target", "bitbylaw-web.service", "bitbylaw-worker@.service"} <= set(disable.split())  # no globs
