"""A command that dies at any line of the hub's code for backups, to see what it leaves behind.

    python -m tests.dying STEP RESET... -- COMMAND...

runs the command (of manage.py, with this environment) in forked processes: each is killed at another line, at every
STEP-th of those that it comes by and at each of the last. After each a line is printed: where that was, how it ended,
and the digest of what the database holds then, and the one that `HUB_TARGET` in the environment leads to. `RESET` is a
command that brings the database back where it was, and is run after each that changed it; without one the target is
emptied.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

import psycopg

ROOM = f"{os.sep}syncapp{os.sep}keeping{os.sep}"
LAST = 10  # of the lines: all of them, for there it is decided
# What a restore leaves otherwise than it was at the time of the backup.
SETTLED = (
    *("django_q_ormq", "django_session"),
    *("syncapp_advoware_cache", "syncapp_lock", "syncapp_scheduledjob", "syncapp_worker"),
)


def _run(command: list[str]) -> None:
    from django.core.management import call_command

    call_command(*command, stdout=open(os.devnull, "w"))  # noqa: SIM115  the process ends with it


def _forked(what: Callable[[], object]) -> int:
    """How the process ended that did it: its exit code, or less than 0."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        what()
        code = 0
    except BaseException as exc:
        print(f"{type(exc).__name__}: {exc}", file=sys.stderr)
    finally:
        os._exit(code)


class _Lines:
    """Counts lines of the room, each where it is reached first, in all threads; at the chosen one the process ends."""

    def __init__(self, at: int, pipe: int) -> None:
        self._at, self._pipe, self._seen = at, pipe, set[tuple[str, int]]()

    def begin(self) -> None:
        threading.settrace(self._call)
        sys.settrace(self._call)

    def _call(self, frame: types.FrameType, _event: str, _arg: object) -> Any:
        return self._line if ROOM in frame.f_code.co_filename else None

    def _line(self, frame: types.FrameType, _event: str, _arg: object) -> Any:
        place = (frame.f_code.co_filename, frame.f_lineno)
        if place not in self._seen:
            self._seen.add(place)
            os.write(self._pipe, f"{place[0].rpartition(ROOM)[2]}:{place[1]}\n".encode())
            if len(self._seen) == self._at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self._line


def _lived(command: list[str], at: int = 0) -> tuple[int, list[str]]:
    """How it ended, and the places that it came by."""
    reading, writing = os.pipe()

    def live() -> None:
        _Lines(at, writing).begin()
        _run(command)

    code = _forked(live)
    os.close(writing)
    with os.fdopen(reading) as places:
        return code, places.read().split()


def digest() -> str:
    """Of all rows of all tables, but for what is settled."""
    from django.db import connection

    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - {*SETTLED}):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(repr(row) for row in cursor.fetchall())
            found.update(json.dumps([table, rows]).encode())
    connection.close()
    found.update(json.dumps(_target()).encode())
    return found.hexdigest()


def _target() -> dict[str, int]:
    """How many rows the target's tables have, without those that `migrate` makes."""
    if not (url := os.environ.get("HUB_TARGET")):
        return {}
    listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'syncapp%'"
    with psycopg.connect(url) as target:
        counts = {
            str(name): target.execute(f"SELECT count(*) FROM {name}").fetchone() for (name,) in target.execute(listed)
        }
    return {name: count[0] for name, count in sorted(counts.items()) if count and count[0]}


def _empty_target() -> None:
    with psycopg.connect(os.environ["HUB_TARGET"]) as target:
        target.execute("DROP SCHEMA public CASCADE")
        target.execute("CREATE SCHEMA public")


def main() -> None:
    import django

    django.setup()
    step, *rest = sys.argv[1:]
    reset, command = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    before = digest()
    code, places = _lived(command)
    print("whole", code, digest(), flush=True)
    for at in sorted({*range(1, len(places), int(step)), *range(len(places) - LAST, len(places) + 1)}):
        if digest() != before:
            assert _forked((lambda: _run(reset)) if reset else _empty_target) == 0
            assert digest() == before
        code, came_by = _lived(command, at)
        print(came_by[-1], code, digest(), flush=True)


if __name__ == "__main__":
    main()
