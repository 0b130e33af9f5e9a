"""Whether others on this machine can read what the hub keeps in files, and whether its pages have theirs. Looks at the
disk.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bitbylaw.config import Config
from syncapp.checks.faults import Fault

WITH_DATA = stat.S_IRWXG | stat.S_IRWXO
# A group may read the secrets: who starts the hub (root, a deployment) writes them for the account that it runs as.
WITH_SECRETS = stat.S_IWGRP | stat.S_IRWXO
OF_PAGES = Path(__file__).resolve().parent.parent / "static"


def faults(config: Config, databases: Mapping[str, Mapping[str, Any]], env_file: str | None) -> Iterator[Fault]:
    for database in databases.values():
        if database["ENGINE"].endswith("sqlite3"):
            file = Path(database["NAME"])
            yield from _fault("W098", (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))), WITH_DATA)
    yield from _fault("W099", (Path(env_file or ""), Path(config.GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH)), WITH_SECRETS)


def of_pages(storage: Any) -> Iterator[Fault]:
    """`storage`: of static files. One that serves them from where they lie (DJANGO_DEBUG) has nothing collected."""
    known = getattr(storage, "hashed_files", None)
    if known is not None and not all(_collected(storage, known, file) for file in OF_PAGES.rglob("*.*")):
        yield Fault(
            "W097",
            "The files of the pages were not collected, or not those of this version: no page can be shown, or it "
            "looks broken.",
            "Run: python manage.py collectstatic --no-input",
        )


def _collected(storage: Any, known: Mapping[str, str], file: Path) -> bool:
    name = file.relative_to(OF_PAGES).as_posix()
    if storage.hash_key(name) not in known or not storage.exists(name):
        return False
    with storage.open(name) as copy:
        return bool(copy.read() == file.read_bytes())


def _fault(code: str, files: tuple[Path, ...], too_much: int) -> Iterator[Fault]:
    for file in files:
        if file.is_file() and file.stat().st_mode & too_much and _reached(file, too_much):
            yield Fault(code, f"Other accounts of this machine may read {file}, or write to it.", f"chmod go= {file}")


def _reached(file: Path, too_much: int) -> bool:
    """A folder that nobody else may enter hides all that is in it."""
    return bool(file.parent.stat().st_mode & too_much & (stat.S_IXGRP | stat.S_IXOTH))
