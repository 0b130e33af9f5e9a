"""A lock is installed as it is, by the very Makefile, whatever newer versions the index has meanwhile."""

from __future__ import annotations

import subprocess

import pytest

from tests.install.conftest import UNREACHABLE, Clone
from tests.install.index import Index

PINS = ("alpha==1.0", "beta[extra]==1.0", "gamma==1.0")
WITHOUT_EXTRA = ("alpha==1.0", "beta==1.0", "gamma==1.0")
ALL = {"alpha==1.0", "beta==1.0", "gamma==1.0"}


@pytest.mark.parametrize("pins", [PINS, WITHOUT_EXTRA])
def test_a_newer_version_in_the_index_is_nobodys_business(clone: Clone, index: Index, pins: tuple[str, ...]) -> None:
    clone.pin(run=index.lock(*pins))
    made = clone.make("venv")
    assert made.returncode == 0, made.stdout + made.stderr
    assert clone.installed() == ALL


def test_two_locks_that_share_pins_are_one(clone: Clone, index: Index) -> None:
    clone.pin(run=index.lock("beta==1.0", "gamma==1.0"), dev=index.lock(*PINS))
    made = clone.make("venv-dev")
    assert made.returncode == 0, made.stdout + made.stderr
    assert clone.installed() == ALL


def test_the_demo_needs_no_tool_of_the_tests(clone: Clone, index: Index) -> None:
    clone.pin(run=index.lock("gamma==1.0"), demo=index.lock("alpha==1.0", "beta==1.0"), dev="delta==1.0\n")
    made = clone.make("venv-demo")
    assert made.returncode == 0, made.stdout + made.stderr
    assert clone.installed() == ALL


def test_nothing_is_said_beyond_what_is_done(clone: Clone, index: Index) -> None:
    clone.pin(run=index.lock(*PINS))
    made = clone.make("venv", PIP_FIND_LINKS=f"{index.folder} /nowhere/at/all")  # pip warns of the second
    assert made.stdout.splitlines() == ["Installing what the hub needs (requirements.txt)"]
    assert made.stderr == ""


def test_a_lock_that_lacks_something_is_refused(clone: Clone, index: Index) -> None:
    clone.pin(run=index.lock("alpha==1.0", "gamma==1.0"))
    made = clone.make("venv")
    assert made.returncode != 0
    assert made.stderr.splitlines()[:3] == [
        "alpha 1.0 requires beta, which is not installed.",
        "What is installed does not fit together.",
        "Make the environment anew: make clean. If it says the same again, the pins lack something: make pins",
    ]
    assert not clone.ready


def test_a_package_that_was_exchanged_is_refused(clone: Clone, index: Index) -> None:
    clone.pin(run=index.lock(*PINS))
    index.add("gamma", "1.0", "Summary: not what it was")
    made = clone.make("venv")
    assert made.returncode != 0
    assert "gamma==1.0" in made.stderr
    assert "A package is not the one that was pinned; nothing was installed." in made.stderr
    assert clone.installed() == set()
    assert not clone.ready


def test_without_hashes_nothing_is_installed(clone: Clone, index: Index) -> None:
    clone.pin(run="\n".join(PINS))
    made = clone.make("venv")
    assert made.returncode != 0
    assert "The pins do not name everything that is needed, each with its hash." in made.stderr
    assert clone.installed() == set()


def test_without_a_network_two_lines_say_what_to_do(clone: Clone, index: Index) -> None:
    clone.pin(run=index.lock(*PINS))
    made = clone.make("venv", PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=UNREACHABLE, PIP_RETRIES="1")
    *said, last = made.stderr.splitlines()
    assert said == [
        "The package index could not be reached, or the connection was lost.",
        "Look at the network, or name your proxy (HTTPS_PROXY) or mirror (PIP_INDEX_URL), then do the same again.",
    ]
    assert last.startswith("make: ***")
    assert not clone.ready


def test_the_same_works_once_the_cause_is_gone(clone: Clone, index: Index) -> None:
    clone.pin(run=index.lock(*PINS))
    assert clone.make("venv", PIP_FIND_LINKS="").returncode != 0
    made = clone.make("venv")
    assert made.returncode == 0, made.stdout + made.stderr
    assert clone.installed() == ALL


def test_what_the_index_lacks_for_this_machine_is_named(clone: Clone, index: Index) -> None:
    clone.pin(run=index.lock(*PINS))
    (index.folder / "gamma-1.0-py3-none-any.whl").rename(index.folder / "gamma-1.0-cp27-none-win32.whl")
    made = clone.make("venv")
    assert "ERROR: No matching distribution found for gamma==1.0" in made.stderr
    assert "nothing ready-made for this Python and machine" in made.stderr
    assert "Traceback" not in made.stderr


def test_half_an_environment_is_told_from_a_broken_lock(clone: Clone, index: Index) -> None:
    clone.pin(run=index.lock(*PINS))
    clone.pip("uninstall", "--yes", "pip")
    made = clone.make("venv")
    assert made.stderr.splitlines()[0] == "The virtual environment is only half made."
    assert made.stderr.splitlines()[1].endswith("do the same again: make clean")
    # `make install` has one of its own, which `make clean` does not take away.
    command = [clone.folder / ".venv/bin/python", clone.folder / "requirements/install.py"]
    made = subprocess.run(command, cwd="/", env=clone.env, capture_output=True, text=True, check=False)
    assert made.stderr.splitlines()[1].endswith(f"do the same again: rm -r {clone.folder / '.venv'}")
