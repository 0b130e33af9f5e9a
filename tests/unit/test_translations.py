"""German is complete, the compiled file is that of the source, and no text of the program is missing in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

from tests import engines

FOLDER = Path(settings.BASE_DIR) / "syncapp" / "locale" / "de" / "LC_MESSAGES"
SOURCES = ("bitbylaw", "syncapp", "templates")


@pytest.fixture(scope="module")
def german() -> polib.POFile:
    return polib.pofile(str(FOLDER / "django.po"))


def texts(catalogue: polib.POFile | polib.MOFile) -> dict[tuple[str, str | None], tuple[str, ...]]:
    return {
        (entry.msgid, entry.msgctxt): tuple(entry.msgstr_plural.values()) or (entry.msgstr,)
        for entry in catalogue
        if not entry.obsolete
    }


def test_everything_is_translated(german: polib.POFile) -> None:
    assert [entry.msgid for entry in german.untranslated_entries()] == []
    assert [entry.msgid for entry in german.fuzzy_entries()] == []


def test_the_compiled_file_is_up_to_date(german: polib.POFile) -> None:
    assert texts(polib.mofile(str(FOLDER / "django.mo"))) == texts(german)


def test_no_text_of_the_program_is_missing(german: polib.POFile, tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        if os.environ.get("CI") or os.environ.get("HUB_REQUIRE_SERVERS") == "1":
            pytest.fail("gettext is missing. Debian/Ubuntu: sudo apt install gettext")
        pytest.skip("gettext is not installed")
    for name in SOURCES:
        shutil.copytree(Path(settings.BASE_DIR) / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(Path(settings.BASE_DIR) / "manage.py", tmp_path)
    environment = {
        **os.environ,
        **engines.clean_environment(),
        "DJANGO_DEBUG": "1",
        "DATABASE_URL": "sqlite://:memory:",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", "makemessages", "--locale", "de", "--no-obsolete", "--verbosity", "0"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    found = polib.pofile(str(tmp_path / "syncapp" / "locale" / "de" / "LC_MESSAGES" / "django.po"))
    assert sorted(set(texts(found)) ^ set(texts(german)), key=str) == []
