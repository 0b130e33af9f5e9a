"""SQLite: a copy of one moment while others write, and a new file in the place of the old one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from syncapp.keeping import facts
from syncapp.keeping.archive import partial, sync_folder
from syncapp.keeping.refusals import Refused

WAIT_SECONDS = 30.0  # for who writes just now
PAGES = 4096  # in one step: 16 MB
BESIDE = ("-wal", "-shm", "-journal")

Tell = Callable[[int, int], None]


def connect(file: Path, wait: float = WAIT_SECONDS) -> sqlite3.Connection:
    """Transactions are begun and ended by hand."""
    return sqlite3.connect(file, timeout=wait, isolation_level=None)


@contextmanager
def copied(database: Path, tell: Tell) -> Iterator[Path]:
    """A whole copy of the moment when this begins, beside the database, gone with the block. Nobody waits for it.

    It is proved to be sound: of a broken database no backup is made that would push out the good ones.
    """
    copy = partial(database)
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(connect(database)) as source, closing(connect(copy)) as target:
            # Who reads within a transaction sees one moment, however much is written meanwhile; without it SQLite
            # begins anew with each write of others, for ever on a busy hub.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(target, pages=PAGES, progress=lambda _status, left, total: tell(total - left, total))
            source.execute("ROLLBACK")
            target.execute("PRAGMA journal_mode=DELETE")
            prove_sound(target)
        yield copy
    finally:
        remove(copy)


def prove_sound(database: sqlite3.Connection) -> None:
    try:
        found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as exc:
        raise Refused(f"SQLite says that the database is not sound ({exc}).") from None
    if found != "ok":
        raise Refused(f"SQLite says that the database is not sound ({found}).")


def facts_of(database: sqlite3.Connection) -> facts.Facts:
    return facts.of(facts.SQLITE, database.execute)


@contextmanager
def alone(database: Path) -> Iterator[sqlite3.Connection]:
    """Nobody else has the database open, or can open it inside the block; all that was written stands in the one file.

    Raises `Refused` when somebody has.
    """
    with closing(connect(database, wait=1.0)) as connection:
        try:
            # Only who is alone gets out of the mode with a log beside. And a log that stays would be played into
            # whatever file stands there next.
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc):
                raise
            raise Refused(f"{database} is open in another program: stop web server and workers first.") from None
        yield connection
        connection.execute("ROLLBACK")


def put_in_place(new: Path, database: Path) -> None:
    """The new file takes the name of the old one, in one step. Raises `Refused` when somebody has the old one open."""
    with suppress(FileNotFoundError, PermissionError):  # run as root: the hub's account can still open it
        owner = database.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
    if not database.exists():
        os.replace(new, database)
    else:
        with alone(database):
            os.replace(new, database)
    sync_folder(database.parent)


def set_aside(database: Path, ending: str) -> Path:
    """One that SQLite can't read gets another name, with what lies beside it."""
    aside = database.with_name(database.name + ending)
    for end in (*BESIDE, ""):
        with suppress(FileNotFoundError):
            os.replace(database.with_name(database.name + end), aside.with_name(aside.name + end))
    return aside


def remove(file: Path) -> None:
    for end in ("", *BESIDE):
        with suppress(FileNotFoundError):
            file.with_name(file.name + end).unlink()
