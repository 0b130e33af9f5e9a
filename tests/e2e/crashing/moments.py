"""The moments at which a worker may die: between any two of its effects, and after the last.

An effect is an outside call (reading ones too), a commit, a writing statement outside of any transaction, a writing
command to Redis. After one effect and before the next is one moment: what a worker merely thinks in between dies with
it. Effects are seen by wrapping the lowest layers, in the process that is to die only.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from redis import Redis
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest, Response

WRITING = ("INSERT", "UPDATE", "DELETE")
WRITING_TO_REDIS = ("SET", "EVALSHA", "RPUSH")  # take a lock, let go of it, put a task on the queue
NEVER = 0


class Moments:
    """Tells each moment on a pipe; at the `kill_at`-th one the process is killed, without any clean-up."""

    def __init__(self, kill_at: int, pipe: int) -> None:
        self._left, self._pipe, self._counting = kill_at, pipe, True
        self._before = "the start"

    def reach(self, effect: str) -> None:
        """The effect is next."""
        if not self._counting:
            return
        os.write(self._pipe, f"after {self._before}, before {effect}\n".encode())
        self._before = effect
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """What the test itself does in the worker's place."""
        self._counting = False
        yield
        self._counting = True

    def watch(self) -> None:
        """For the rest of this process's life."""
        self._watch_calls()
        self._watch_database()
        self._watch_redis()

    def _watch_calls(self) -> None:
        send = HTTPAdapter.send

        def watched(adapter: HTTPAdapter, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
            self.reach(f"{request.method} {urlsplit(str(request.url)).path}")
            return send(adapter, request, *args, **kwargs)

        HTTPAdapter.send = watched  # type: ignore[assignment, method-assign]

    def _watch_database(self) -> None:
        commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

        def watched(database: BaseDatabaseWrapper) -> None:
            self.reach("COMMIT")
            commit(database)

        BaseDatabaseWrapper._commit = watched  # type: ignore[attr-defined]
        connection.execute_wrappers.append(self._statement)

    def _statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not context["connection"].in_atomic_block and sql.lstrip().startswith(WRITING):
            self.reach(" ".join(sql.split()[:3]).replace('"', ""))
        return execute(sql, params, many, context)

    def _watch_redis(self) -> None:
        execute = Redis.execute_command

        def watched(redis: Redis, *command: Any, **options: Any) -> Any:
            if command[0] in WRITING_TO_REDIS:
                self.reach(f"{command[0]} in Redis")
            return execute(redis, *command, **options)  # type: ignore[no-untyped-call]

        Redis.execute_command = watched  # type: ignore[assignment, method-assign]
