"""SQLite: the restored database is a new file beside the old one until it is proved, then it takes its name."""

from __future__ import annotations

import os
import sqlite3
import zlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from syncapp.keeping import facts, resting, settling, sqlite
from syncapp.keeping.archive import Archive, partial
from syncapp.keeping.refusals import Damaged, Refused
from syncapp.keeping.streams import Tell, Unpacking


class SQLite:
    def __init__(self, database: Path) -> None:
        self.database = database

    def refuse(self, *, replace: bool) -> None:
        """Raises `Refused` when what is there must stay, or is in use."""
        found = self._found()
        if found is None:
            if not replace:
                raise Refused(f"SQLite can't read {self.database}. With --replace it is set aside.")
            return
        if resting.has_contents(found) and not replace:
            raise Refused(f"{self.database} is not empty. With --replace it is replaced.")
        if self.database.exists():
            with sqlite.alone(self.database):
                pass

    def restore(self, backup: Archive, identity: Path | None, tell: Tell, *, replace: bool) -> Path | None:
        """Gives where the old database lies, when it could not be read."""
        self.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new, aside = partial(self.database), None
        try:
            _unpack(backup, new, identity, tell)
            _prove_and_settle(backup, new)
            if self._found() is None and replace:
                aside = sqlite.set_aside(self.database, f".unreadable-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
            sqlite.put_in_place(new, self.database)
        finally:
            sqlite.remove(new)
        return aside

    def _found(self) -> facts.Facts | None:
        """None: there is a file, and SQLite can't read it."""
        if not self.database.exists():
            return facts.Facts({}, {})
        with closing(sqlite.connect(self.database)) as there:
            try:
                return sqlite.facts_of(there)
            except sqlite3.OperationalError:  # busy, or the disk: says nothing of the file
                raise
            except sqlite3.DatabaseError:
                return None


def _unpack(backup: Archive, new: Path, identity: Path | None, tell: Tell) -> None:
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        unpacking = Unpacking(file)
        try:
            backup.pour(unpacking, identity, tell)
            whole = unpacking.end()
        except zlib.error:
            whole = False
        if not whole:
            raise Damaged(backup.path, "its content can't be unpacked to its end")
        file.flush()
        os.fsync(file.fileno())


def _prove_and_settle(backup: Archive, new: Path) -> None:
    with closing(sqlite.connect(new)) as there:
        sqlite.prove_sound(there)
        found = sqlite.facts_of(there)
        if found != facts.Facts(backup.manifest.migrations, backup.manifest.rows):
            raise Damaged(backup.path, "its tables hold other than its manifest says")
        there.execute("BEGIN IMMEDIATE")
        settling.settle(found.rows, there.execute, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}")
        there.execute("COMMIT")
        there.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file that gets the name
