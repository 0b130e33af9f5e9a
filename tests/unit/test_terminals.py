"""Commands where nobody listens, where nothing can be said, and where the machine speaks another alphabet."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from syncapp.management import keeping
from tests import engines

OLD_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
WRITES = "import sys, django; django.setup(); from pathlib import Path; from syncapp.management.commands import person;"
WRITES += " person._write({'name': 'J\\u00f6rn \\u2192 \\U0001f600', 'half': '\\ud800'}, Path(sys.argv[1]))"


def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = engines.clean_environment() | {"DJANGO_DEBUG": "1", "DATABASE_URL": "sqlite://:memory:"}
    env |= {"PYTHON": sys.executable, "DJANGO_SETTINGS_MODULE": "bitbylaw.settings"} | more
    return subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["steps", "version", "trace --help"])
def test_who_has_closed_what_is_said_to_is_served_all_the_same(command: str) -> None:
    done = run("sh", "-c", f'exec "$PYTHON" manage.py {command} <&- >&-')
    assert (done.returncode, done.stderr) == (0, "")
    assert run("sh", "-c", f'exec "$PYTHON" manage.py {command} 2>&-').returncode == 0


def test_a_terminal_without_our_signs_is_told_in_its_own() -> None:
    done = run(sys.executable, "manage.py", "trace", "--help", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "manage.py trace 4f0c\\u2026" in done.stdout


def test_what_is_told_of_a_person_is_json_in_every_locale(tmp_path: Path) -> None:
    done = run(sys.executable, "-c", WRITES, str(tmp_path / "told.json"), **OLD_LOCALE)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "told.json").read_text("utf-8")) == {"name": "Jörn → 😀", "half": "\ud800"}


class Output:
    """Of a program whose words can't be brought to anybody."""

    def __init__(self, fault: OSError) -> None:
        self.fault = fault

    def write(self, _words: str) -> None: ...

    def flush(self) -> None:
        raise self.fault


def test_a_reader_who_is_gone_at_the_end_ends_it_as_one_who_went_before(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("steps", stdout=Output(BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))))
    assert ended.value.code == 141


def test_a_full_disk_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match=r"This machine can't do it \(No space left on device\)") as refused:
        call_command("steps", stdout=Output(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    assert refused.value.returncode == 5


@pytest.mark.parametrize(
    "words", [("trace", "\udcfc"), ("calendar", "verify", "\udcdc"), ("person", "find", "--id", "\udcf6")]
)
def test_what_is_no_text_is_refused(words: tuple[str, ...]) -> None:
    """A terminal in Latin-1 sends it where UTF-8 is expected."""
    with pytest.raises(CommandError, match="does this terminal speak UTF-8") as refused:
        call_command(*words)
    assert refused.value.returncode == 2


def test_a_database_that_breaks_off_meanwhile_is_not_a_new_one() -> None:
    words = "Nothing was moved."
    with pytest.raises(CommandError, match=rf"OperationalError\. {words}") as refused, keeping.at_work("Move", words):
        raise OperationalError("connection refused, and it quotes an address")
    assert (refused.value.returncode, "address" in str(refused.value)) == (1, False)
