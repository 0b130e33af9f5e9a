"""The German catalogue and the texts of the program: `python -m tests.catalogue` (`make messages`) brings it in step.

New texts come in without a translation, unused ones go, translations stay as they are. It is sorted by text and names
no lines of the source, so a change of the program shows in it only where a text changed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from tests import engines

ROOT = Path(__file__).resolve().parents[1]
PATH = Path("syncapp/locale/de/LC_MESSAGES/django.po")
SOURCES = ("bitbylaw", "syncapp", "templates")
WIDTH = 118
INSTALL_HINT = "gettext is missing. Debian/Ubuntu: sudo apt install gettext; macOS: brew install gettext"
# A text and its context.
Key = tuple[str, str | None]


def can_extract() -> bool:
    return shutil.which("xgettext") is not None


def read() -> polib.POFile:
    return polib.pofile(str(ROOT / PATH), wrapwidth=WIDTH)


def by_key(catalogue: polib.POFile | polib.MOFile) -> dict[Key, polib.POEntry]:
    return {(entry.msgid, entry.msgctxt): entry for entry in catalogue if not entry.obsolete}


def extracted() -> dict[Key, polib.POEntry]:
    """All texts of the program, untranslated, as Django finds them; it works on a copy, which no setting reaches."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in SOURCES:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("*.pyc", PATH.name))
        shutil.copy(ROOT / "manage.py", copy)
        options = ["--locale", "de", "--no-location", "--no-wrap", "--verbosity", "0"]
        environment = engines.clean_environment() | {"DJANGO_DEBUG": "1", "DATABASE_URL": "sqlite://:memory:"}
        command = [sys.executable, "manage.py", "makemessages", *options]
        subprocess.run(command, cwd=copy, env=environment, check=True, capture_output=True)
        return by_key(polib.pofile(str(copy / PATH)))


def bring_in_step(german: polib.POFile, wanted: dict[Key, polib.POEntry]) -> None:
    had = by_key(german)
    for key, entry in had.items():
        if key not in wanted:
            german.remove(entry)
    for key, entry in wanted.items():
        if key not in had:
            german.append(entry)
        else:
            had[key].flags, had[key].comment = entry.flags, entry.comment
    sort(german)


def sort(german: polib.POFile) -> None:
    german.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))


def main() -> int:
    if not can_extract():
        print(INSTALL_HINT)
        return 1
    german = read()
    bring_in_step(german, extracted())
    german.save()
    german.save_as_mofile(str((ROOT / PATH).with_suffix(".mo")))
    lacking = german.untranslated_entries()
    for entry in lacking:
        print(f"No German yet: {entry.msgid!r}")
    print(f"{PATH}: {len(german)} texts, {len(lacking)} to be translated; django.mo is made anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
