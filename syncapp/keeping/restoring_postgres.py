"""PostgreSQL: old tables go and those of the backup come in one transaction. Whatever dies, all of it is undone."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg

from syncapp.keeping import facts, postgres, resting, settling
from syncapp.keeping.archive import Archive
from syncapp.keeping.refusals import Damaged, Refused
from syncapp.keeping.streams import Tell


class PostgreSQL:
    def refuse(self, *, replace: bool) -> None:
        """Raises `Refused` when what is there must stay, or is in use."""
        with postgres.connected() as own:
            _refuse(own, replace=replace)

    def restore(self, backup: Archive, identity: Path | None, tell: Tell, *, replace: bool) -> None:
        with postgres.connected() as own:
            try:
                there = _refuse(own, replace=replace)
                own.execute(f"SET LOCAL lock_timeout = '{postgres.LOCKED_SECONDS}s'")
                asked = "SELECT current_setting('search_path'), current_schema()"
                path, schema = own.execute(asked).fetchone() or ("", "")
                postgres.drop(own, there.rows)
                _bring_in(own, str(schema), backup, identity, tell)
                # pg_restore's script leaves it empty, so that it means one schema by each name.
                own.execute("SELECT set_config('search_path', %s, false)", [path])
                found = postgres.facts_of(own)
                if found != facts.Facts(backup.manifest.migrations, backup.manifest.rows):
                    raise Damaged(backup.path, "its tables hold other than its manifest says")
                settling.settle(found.rows, _run(own), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}+00")
                own.commit()
            except psycopg.Error as exc:  # its words quote values
                words = f"PostgreSQL did not take it ({type(exc).__name__}, {exc.sqlstate or 'no code'})."
                raise Refused(f"{words} Nothing was changed.") from None


def _run(own: psycopg.Connection[Any]) -> Any:
    return lambda statement: own.execute(statement)


def _refuse(own: psycopg.Connection[Any], *, replace: bool) -> facts.Facts:
    if others := postgres.others_connected(own):
        raise Refused(f"{others} other connections to the database are open: stop web server, workers and psql first.")
    found = postgres.facts_of(own)
    if strange := resting.strangers(found):
        raise Refused(
            f"The database has tables of something else ({', '.join(strange[:3])}): it must be the hub's own."
        )
    if resting.has_contents(found) and not replace:
        raise Refused("The database is not empty. With --replace it is replaced.")
    return found


def _bring_in(own: psycopg.Connection[Any], schema: str, backup: Archive, identity: Path | None, tell: Tell) -> None:
    feeder = _Feeder(backup, identity, tell)
    options = ("--no-owner", "--no-privileges", f"--schema={schema}", "--file=-")
    try:
        with postgres.program("pg_restore", *options) as process:
            assert process.stdin is not None  # noqa: S101
            assert process.stdout is not None  # noqa: S101
            feeder.begin(process.stdin)
            postgres.play(own, process.stdout)
    except Refused:
        feeder.join()
        if feeder.fault is not None:
            raise feeder.fault from None
        raise
    feeder.join()
    if feeder.fault is not None:
        raise feeder.fault


class _Feeder(threading.Thread):
    """Gives the backup's content to a program, while its output is read."""

    def __init__(self, backup: Archive, identity: Path | None, tell: Tell) -> None:
        super().__init__(name="backup", daemon=True)
        self._backup, self._identity, self._tell = backup, identity, tell
        self._target: IO[bytes] | None = None
        self.fault: Exception | None = None

    def begin(self, target: IO[bytes]) -> None:
        self._target = target
        self.start()

    def run(self) -> None:
        assert self._target is not None  # noqa: S101
        try:
            with self._target as target:
                self._backup.pour(target, self._identity, self._tell)
        except (BrokenPipeError, ValueError):
            return  # the program ended, and says why
        except Exception as exc:
            self.fault = exc
