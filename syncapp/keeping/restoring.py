"""Restoring a backup: looked at first, then put in the place of what is there, in one step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog
from django.db import connection

from syncapp.keeping import archive, facts, resting, settling
from syncapp.keeping.archive import Archive
from syncapp.keeping.backups import database_file
from syncapp.keeping.manifest import Manifest
from syncapp.keeping.refusals import Refused
from syncapp.keeping.restoring_postgres import PostgreSQL
from syncapp.keeping.restoring_sqlite import SQLite
from syncapp.keeping.streams import Counted, Progress, Tell

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """`to_migrate`: how many migrations this program has that the backup has not; `aside`: where a database lies now
    that could not be read."""

    manifest: Manifest
    to_migrate: int
    redis_emptied: bool = True
    aside: Path | None = None


def look(path: Path, identity: Path | None, progress: Progress) -> Manifest:
    """Proves that the file is whole; with its key, that it can be opened too. Raises `Refused`."""
    with archive.opened(path) as backup:
        _verify(backup, progress)
        if identity is not None:
            backup.pour(Counted(None), identity, _told(backup, "opening", progress))
        return backup.manifest


def restore(path: Path, identity: Path | None, progress: Progress, *, replace: bool, dry_run: bool) -> Restored:
    """Raises `Refused` and what disk and database raise: then what was there is there as before.

    `replace`: also where the database has contents. `dry_run`: looks at everything and changes nothing.
    """
    with archive.opened(path) as backup:
        to_migrate = _fits(backup)
        resting.refuse_at_work()
        place = SQLite(database_file()) if connection.vendor == facts.SQLITE else PostgreSQL()
        place.refuse(replace=replace)
        _verify(backup, progress)
        told = _told(backup, "restoring", progress)
        if dry_run:
            backup.pour(Counted(None), identity, told)
            return Restored(backup.manifest, to_migrate)
        redis_emptied = settling.empty_redis()
        aside = place.restore(backup, identity, told, replace=replace)
        log.info("backup.restored", made_at=backup.manifest.made_at.isoformat(), version=backup.manifest.version)
        return Restored(backup.manifest, to_migrate, redis_emptied, aside)


def _verify(backup: Archive, progress: Progress) -> None:
    backup.verify(lambda done: progress("checking", done, backup.manifest.size))


def _told(backup: Archive, words: str, progress: Progress) -> Tell:
    return lambda done: progress(words, done, backup.manifest.size)


def _fits(backup: Archive) -> int:
    manifest = backup.manifest
    if manifest.engine != connection.vendor:
        raise Refused(
            f"The backup is of {manifest.engine}, DATABASE_URL leads to {connection.vendor}: restore it where it came"
            " from, then manage.py move_database brings it from SQLite to PostgreSQL."
        )
    to_migrate, newer = facts.compared(manifest.migrations)
    if newer:
        raise Refused(
            f"The backup is of a newer program ({manifest.version}) than this one: it has {newer[-1]}. Install that"
            " version or a later one."
        )
    return to_migrate
