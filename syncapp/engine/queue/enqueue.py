"""Putting work on Django-Q2's queue: ids only, many at once, after the commit.

The queue makes things fast, nothing more. When Redis is away or full the database carries (`carrier`). When nothing
does, the request is in the table already and the sweep finds it, so a failure here never reaches the caller.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import structlog
from django.db import Error as DatabaseError
from django.db import transaction
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.signing import SignedPackage

from syncapp.engine.queue.beside import Beside
from syncapp.engine.queue.carrier import put_in_table

RUN = "syncapp.jobs.run"
DRAIN = "syncapp.jobs.drain"
TASKS_FIRST = 8  # so many workers have something to do before tasks get larger
MOST_IN_A_TASK = 5
# What the flows say, of which whoever knows them puts a source here: the steps that this program can run (None: any),
# and those with a time-out of their own, in seconds.
runnable: Callable[[], Collection[str]] | None = None
timeouts: Callable[[], Mapping[str, int]] = dict

log = structlog.get_logger(__name__)


Task = tuple[str, tuple[int | str, ...], int | None]  # function, arguments, time-out


def send(records: Iterable[tuple[int, str]], *, answered_first: bool = False) -> None:
    """Carries (record, step) once the transaction is committed: a task each for a few, for many several in one task.

    A task of Django-Q2 costs as much as a quick run; a slow run hands the rest of its task on (`jobs.run`). A record
    whose step has a time-out of its own gets a task alone, with that: nobody else's time counts, nobody else is ended.
    `answered_first`: the caller does not wait for Redis.
    """
    own, shared = timeouts(), []
    for pk, step in records:
        if step in own:
            put(RUN, [(pk,)], own[step], answered_first=answered_first)
        else:
            shared.append(pk)
    if shared:
        size = min(MOST_IN_A_TASK, max(1, len(shared) // TASKS_FIRST))
        calls = [tuple(shared[at : at + size]) for at in range(0, len(shared), size)]
        put(RUN, calls, answered_first=answered_first)


def put(
    function: str, calls: Sequence[tuple[int | str, ...]], timeout: int | None = None, *, answered_first: bool = False
) -> None:
    """Enqueue `function(*call)` for each call; `timeout` in seconds where it is not the queue's own.

    The table-backed queue takes part in the transaction, so its rows appear with the commit and vanish with a
    rollback; Redis doesn't, so there it happens after the commit.
    """
    tasks = [(function, call, timeout) for call in calls]
    if (table := _table()) is not None:
        put_in_table(table, [_package(*task) for task in tasks])
    else:
        transaction.on_commit(partial(_beside.take if answered_first else _push, tasks))


def queue_size() -> int:
    """Tasks not yet taken by a worker."""
    return int(get_broker().queue_size())


@cache
def _table() -> str | None:
    """The queue's name in the table; None where Redis carries. To make a broker takes as long as to write the row."""
    broker: Any = get_broker()
    return str(broker.list_key) if isinstance(broker, ORM) else None


def _package(function: str, call: tuple[int | str, ...], timeout: int | None) -> str:
    # What async_task() makes, without its one broker call per task; `save` off: attempts are our history.
    task_id = uuid.uuid4().hex
    task: dict[str, Any] = {
        "id": task_id,
        "name": f"{function.rpartition('.')[2]}-{task_id[:8]}",
        "func": function,
        "args": call,
        "kwargs": {},
        "save": False,
        "ack_failure": True,
        "started": timezone.now(),
    }
    if timeout:
        task["timeout"] = timeout
    return str(SignedPackage.dumps(task))


def _push(tasks: Sequence[Task]) -> None:
    broker: Any = get_broker()
    try:
        broker.carry([_package(*task) for task in tasks])
    except DatabaseError as exc:
        log.warning("queue.away", error=type(exc).__name__, tasks=len(tasks))


_beside = Beside(_push)
