"""Making backups: of either engine, of one moment, while the hub works."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import structlog
from django.conf import settings
from django.db import connection

from bitbylaw.version import VERSION
from syncapp.keeping import archive, encryption, facts, postgres, sqlite
from syncapp.keeping.manifest import Manifest
from syncapp.keeping.refusals import Refused
from syncapp.keeping.streams import Counted, Packed, Progress, Told

DATED = "hub-%Y-%m-%dT%H%M%SZ.backup"
_ANY_DATED = "hub-????-??-??T??????Z.backup"
LEFT = timedelta(days=1)  # no backup takes that long: what is older was left by one that was killed

log = structlog.get_logger(__name__)


def make(path: Path, progress: Progress) -> Manifest:
    """A new file, whole and read back. Raises `Refused`, and what disk and database raise; then there is none."""
    if path.exists():
        raise Refused(f"{path} is there already; nothing was written over it.")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}.")
    manifest = _of_sqlite(path, progress) if connection.vendor == facts.SQLITE else _of_postgresql(path, progress)
    log.info("backup.made", engine=manifest.engine, size=manifest.size, encrypted=manifest.encrypted)
    return manifest


def make_dated(folder: Path, keep: int, progress: Progress) -> tuple[Path, Manifest, int]:
    """A file with the time in its name, in that folder, which is made; then all but the `keep` newest of these go
    (0: none goes). Gives how many went."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_partial(folder)
    path = folder / f"{datetime.now(UTC):{DATED}}"
    manifest = make(path, progress)
    # What claims to be newer than this one is of a clock that was ahead: it goes first.
    dated = sorted(folder.glob(_ANY_DATED), key=lambda each: (each.name <= path.name, each.name))
    old = dated[:-keep] if keep else []
    for each in old:
        each.unlink()
    return path, manifest, len(old)


def _forget_partial(folder: Path) -> None:
    before = (datetime.now(UTC) - LEFT).timestamp()
    for place in (folder, *([database_file().parent] if connection.vendor == facts.SQLITE else [])):
        for each in place.glob(f".*{archive.PARTIAL}*"):
            with suppress(FileNotFoundError):
                if each.stat().st_mtime < before:
                    each.unlink()


def database_file() -> Path:
    """Where SQLite's database lies, or would."""
    name = str(settings.DATABASES["default"]["NAME"])
    if ":memory:" in name:
        raise Refused("The database is in memory only.")
    return Path(name).resolve()


def _of_sqlite(path: Path, progress: Progress) -> Manifest:
    database = database_file()
    if not database.exists():
        raise Refused(f"There is no database {database} yet.")
    with sqlite.copied(database, lambda done, total: progress("copying", done, total)) as copy:
        with closing(sqlite.connect(copy)) as still:
            found = sqlite.facts_of(still)
        size = copy.stat().st_size

        def fill(target: Counted) -> None:
            with copy.open("rb") as content:
                told = Told(content, lambda done: progress("packing", done, size))
                encryption.encrypted(Packed(told), target, settings.CONFIG.BACKUP_RECIPIENT)

        return _written(path, "hub.sqlite3.gz", facts.SQLITE, found, fill)


def _of_postgresql(path: Path, progress: Progress) -> Manifest:
    with postgres.connected() as own:
        # What is counted here and what pg_dump reads is of one moment.
        own.isolation_level, own.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        (snapshot,) = own.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        found = postgres.facts_of(own)

        def fill(target: Counted) -> None:
            with postgres.dumped(snapshot) as content:
                told = Told(content, lambda done: progress("reading", done, 0))
                encryption.encrypted(told, target, settings.CONFIG.BACKUP_RECIPIENT)

        return _written(path, "hub.dump", facts.POSTGRESQL, found, fill)


def _written(path: Path, content: str, engine: str, found: facts.Facts, fill: Callable[[Counted], None]) -> Manifest:
    if not found.migrations:
        raise Refused("The database has no tables yet. New here? manage.py migrate")
    made_at, encrypted = datetime.now(UTC).replace(microsecond=0), bool(settings.CONFIG.BACKUP_RECIPIENT)
    content += encryption.ENDING if encrypted else ""

    def describe(done: Counted) -> Manifest:
        return Manifest(
            engine=engine,
            version=VERSION,
            made_at=made_at,
            migrations=found.migrations,
            rows=found.rows,
            content=content,
            size=done.size,
            sha256=done.sha256,
            encrypted=encrypted,
        )

    return archive.written(path, content, fill, describe)
