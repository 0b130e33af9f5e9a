"""The hub under systemd: what `deploy/install` puts where, and what systemd itself says of the units."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.servers import REQUIRED

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
MOST_EXPOSED = 2.0  # of 10, as `systemd-analyze security` counts
# Stands for Python: makes a "virtual environment" out of itself, and writes down what it was asked for.
PYTHON = """#!/bin/sh
echo "$0 $@" >> "$ASKED"
case "$1 $2" in
  "-m venv") mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  "-c import secrets"*) echo geheim ;;
esac
"""


class Machine:
    def __init__(self, folder: Path) -> None:
        self.root, self.asked = folder / "root", folder / "asked"
        programs = folder / "programs"
        programs.mkdir()
        (programs / "python3").write_text(PYTHON)
        (programs / "python3").chmod(0o755)
        self.env = {"PATH": f"{programs}:/usr/bin:/bin", "ASKED": str(self.asked), "DESTDIR": str(self.root)}

    def install(self, *options: str, script: Path = ROOT / "deploy" / "install", **env: str) -> str:
        done = subprocess.run([script, *options], env=self.env | env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def files(self) -> set[str]:
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_is_installed_repeated_and_taken_away(machine: Machine) -> None:
    machine.install()
    config, command = machine.root / "etc/bitbylaw/hub.env", machine.root / "usr/local/bin/bitbylaw"
    first = machine.files()
    assert {f"etc/systemd/system/{unit.name}" for unit in UNITS.iterdir()} <= first
    assert {"opt/bitbylaw/manage.py", "opt/bitbylaw/requirements.txt", "opt/bitbylaw/.venv/bin/python"} <= first
    assert not [each for each in first if "/tests/" in each or "/sandbox/" in each]
    text = config.read_text()
    assert "\nDJANGO_SECRET_KEY=geheim\n" in text
    assert "\nDATABASE_URL=sqlite:////var/lib/bitbylaw/hub.sqlite3\n" in text
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert os.access(command, os.X_OK)
    asked = machine.asked.read_text()
    assert asked.index("--require-hashes") < asked.index("collectstatic")
    assert (
        f"{ROOT}/requirements/install.py" in asked
    )  # what is installed already is not touched before its packages are there

    config.write_text("DJANGO_SECRET_KEY=kept\n")
    config.chmod(0o644)  # brought from another machine
    (machine.root / "opt/bitbylaw/syncapp/of_an_older_version.py").write_text("")
    machine.install()
    assert config.read_text() == "DJANGO_SECRET_KEY=kept\n"
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert machine.files() == first
    # From where it lies it harms nothing either.
    machine.install(script=machine.root / "opt/bitbylaw/deploy/install")
    assert machine.files() == first

    machine.install("--uninstall")
    assert machine.files() == {"etc/bitbylaw/hub.env"}


def test_settings_and_data_that_lie_beside_the_program_stay(machine: Machine) -> None:
    """A clone in /opt/bitbylaw that was tried out there first: the whole folder was taken away."""
    machine.install()
    theirs = {"opt/bitbylaw/data/hub.sqlite3", "opt/bitbylaw/.env"}
    for name in theirs:
        (machine.root / name).parent.mkdir(exist_ok=True)
        (machine.root / name).write_text("")
    machine.install("--uninstall")
    assert machine.files() == {"etc/bitbylaw/hub.env", *theirs}


@pytest.mark.parametrize("options", [[], ["--uninstall"], ["--uninstall", "--dry-run"]])
def test_a_folder_of_others_is_left_alone(machine: Machine, options: list[str]) -> None:
    """`make uninstall PREFIX=/usr/local` took all of it away, and an installation what was called as its parts."""
    for name in ("docs/theirs", "bin/theirs"):
        (machine.root / "usr/local" / name).parent.mkdir(parents=True)
        (machine.root / "usr/local" / name).write_text("")
    command = [ROOT / "deploy/install", "--prefix", "/usr/local", *options]
    done = subprocess.run(command, env=machine.env, capture_output=True, text=True, check=False)
    assert (done.returncode, "a folder of its own" in done.stderr) == (1, True)
    assert machine.files() == {"usr/local/docs/theirs", "usr/local/bin/theirs"}


def test_what_systemd_skips_of_the_settings_the_program_reads(machine: Machine) -> None:
    """`export OBSERVE_ONLY=1` held for commands only, and `OBSERVE_ONLY: 1` stopped nothing."""
    machine.install()
    services = sorted((machine.root / "etc/systemd/system").glob("*.service"))
    assert len(services) == 4
    for unit in services:
        assert re.search(r"^Environment=HUB_ENV_FILE=/etc/bitbylaw/hub\.env ", unit.read_text(), re.M), unit.name


def test_a_dry_run_does_nothing_and_says_all(machine: Machine) -> None:
    said = machine.install("--dry-run", "--prefix", "/srv/hub")
    assert not machine.root.exists()
    assert "+ write /srv/hub" not in said
    assert said.count("/etc/systemd/system/") == len(list(UNITS.iterdir()))
    assert machine.install("--dry-run", "--uninstall", "--prefix", "/srv/hub").count("+ rm -rf") == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--prefix", "here"], "whole path"),
        (["--prefix", "/opt/our hub"], "plain signs"),
        (["--prefix", "/home/hub/bitbylaw"], "another folder"),
        (["--prefix"], "needs a folder"),
        (["--purge"], "deploy/install [--dry-run]"),
    ],
)
def test_what_is_not_understood_changes_nothing(machine: Machine, options: list[str], said: str) -> None:
    done = subprocess.run(
        [ROOT / "deploy/install", *options], env=machine.env, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert said in done.stderr
    assert not machine.root.exists()


@pytest.fixture
def units(machine: Machine) -> list[Path]:
    if shutil.which("systemd-analyze") is None:
        assert not REQUIRED, "systemd-analyze is not installed (Debian/Ubuntu: apt install systemd)"
        pytest.skip("not installed: systemd-analyze")
    machine.install()
    installed = machine.root / "etc/systemd/system"
    prefix = machine.root / "opt/bitbylaw"
    (prefix / ".venv/bin/gunicorn").write_text("#!/bin/sh\n")
    (prefix / ".venv/bin/gunicorn").chmod(0o755)
    for unit in installed.iterdir():  # systemd looks whether the programs are there
        unit.write_text(unit.read_text().replace("/opt/bitbylaw", str(prefix)))
    return sorted(installed.iterdir())


def test_an_update_stops_what_runs_only_while_files_are_exchanged(machine: Machine) -> None:
    systemctl = Path(machine.env["PATH"].partition(":")[0]) / "systemctl"
    systemctl.write_text("#!/bin/sh\necho bitbylaw.target loaded active active BitByLaw hub\n")  # says that it runs
    systemctl.chmod(0o755)
    said = machine.install("--dry-run", DESTDIR="").splitlines()
    packages, ready, stop, files = (
        next(n for n, line in enumerate(said) if part in line)
        for part in ("--require-hashes", "collectstatic", "start-again", "+ exchange")
    )
    assert packages < ready < stop < files
    if Path("/run/systemd/system").is_dir():
        everything = "bitbylaw.target bitbylaw-web.service bitbylaw-worker@*.service bitbylaw-prepare.service"
        assert stop < said.index(f"+ systemctl stop {everything}") < files
        assert "+ systemctl --no-block start bitbylaw.target" in said
    assert said[-1] == "Nothing was done."


def test_a_later_try_starts_what_the_first_one_left(machine: Machine) -> None:
    text = (UNITS / "bitbylaw-prepare.service").read_text()
    after = re.search(r"^ExecStartPost=\+-/bin/sh -c '(.+)'$", text, re.M)
    assert after
    asked = machine.asked
    systemctl = Path(machine.env["PATH"].partition(":")[0]) / "systemctl"
    for active, told in ((0, ["--no-block start bitbylaw.target"]), (3, [])):
        asked.write_text("")
        systemctl.write_text(f'#!/bin/sh\n[ "$1" != --quiet ] || exit {active}\necho "$@" >> "$ASKED"\n')
        systemctl.chmod(0o755)
        subprocess.run(["/bin/sh", "-c", after[1]], env=machine.env, check=False)
        assert asked.read_text().splitlines() == told


def test_the_timer_starts_what_makes_backups(machine: Machine) -> None:
    said = machine.install("--dry-run")
    assert "bitbylaw-backup.timer" in (UNITS / "bitbylaw.target").read_text()
    assert (UNITS / "bitbylaw-backup.timer").stem == (UNITS / "bitbylaw-backup.service").stem
    assert "/etc/systemd/system/bitbylaw-backup.timer" in said
    command = re.search(
        r"^ExecStart=\S+/python manage.py backup (.+)$", (UNITS / "bitbylaw-backup.service").read_text(), re.M
    )
    assert command
    assert command[1].split() == ["--nightly", "--keep", "14"]


def test_systemd_understands_the_units(units: list[Path]) -> None:
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "bitbylaw" in line]
    assert (done.returncode, ours) == (0, [])


def test_systemd_finds_them_hardly_exposed(units: list[Path]) -> None:
    services = [unit for unit in units if unit.suffix == ".service"]
    assert services
    for unit in services:
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", unit], capture_output=True, text=True, check=False
        )
        found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
        assert found, done.stdout + done.stderr
        assert float(found[1]) < MOST_EXPOSED, unit.name
