"""Workers as processes of their own, forked off one that has loaded everything: a life costs milliseconds."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.utils import timezone

from syncapp.clients.google.building import api
from syncapp.engine.outside import locks
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery.sweep import drain, sweep
from syncapp.engine.runs import glancing
from syncapp.events import registry, running
from syncapp.flows import texts
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES
from syncapp.models import Record, Status, Urgency
from tests.e2e.crashing.moments import NEVER, Moments

ROUNDS = 30  # more than any scenario needs: a hub that still moves then is a finding
ON_THEIR_WAY = (Status.WAITING, Status.RUNNING)


@dataclass(frozen=True)
class Life:
    """How a worker ended, and the moments it lived through; the last one is that of its death when it was `killed`."""

    moments: list[str]
    killed: bool
    failed: bool


# What is due is looked at together first, however little that is: a death in a glance is one like any other.
glancing.FEWEST = 1


def load() -> None:
    """What a worker loads when it first needs it, so that a forked one has it."""
    for spec in registry.runnable():
        running.step(spec.name)
    texts.all_for_crm()
    api(settings.CONFIG.GOOGLE_API_ROOT)


def first_worker(kill_at: int = NEVER, comparison: str = "") -> Life:
    """Takes up what waits and works until all is done, or until it dies."""
    return _fork(lambda moments: _work(moments, lambda: None, comparison), kill_at)


def next_worker(kill_at: int = NEVER, comparison: str = "") -> Life:
    """Starts after a death: lease and locks of the dead one end, sweep and schedule come by, work goes on."""
    Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(seconds=1))
    for lock in locks.held()[0]:
        if not lock.of_run:  # nobody frees it: it ends by its time to live
            locks.release(lock.key, lock.token)
    return _fork(lambda moments: _work(moments, sweep, comparison), kill_at)


def look_again() -> Life:
    """Every comparison of parties, and a full look at every record."""

    def work(moments: Moments) -> None:
        scans.run(ALL_PARTIES, confirmed=True)
        rows = Record.objects.values_list("step", "entity_type", "entity_id")
        sync_requests.request([Target(*row) for row in rows], urgency=Urgency.STAFF, full=True, force=True)
        _work(moments, lambda: None)

    return _fork(work, NEVER)


def _work(moments: Moments, before: Callable[[], object], comparison: str = "") -> None:
    if comparison:
        scans.run(comparison, confirmed=True)
    for _ in range(ROUNDS):
        before()
        with moments.uncounted():
            if not Record.objects.filter(status__in=ON_THEIR_WAY).exists():
                return
            Record.objects.filter(status=Status.WAITING).update(due_at=timezone.now())  # the pauses go by
        drain(running.run_now, running.glance_now)
    with moments.uncounted():
        left = list(Record.objects.filter(status__in=ON_THEIR_WAY).values_list("step", "entity_id", "status", "reason"))
    raise AssertionError(f"still moving after {ROUNDS} rounds: {left}")


def _fork(work: Callable[[Moments], None], kill_at: int) -> Life:
    _let_go_of_connections()
    listening, telling = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            moments = Moments(kill_at, telling)
            moments.watch()
            work(moments)
            moments.reach("the end")
            code = 0
        except BaseException:
            traceback.print_exc(limit=-3)
        finally:
            os._exit(code)
    os.close(telling)
    with os.fdopen(listening) as pipe:
        reached = pipe.read().splitlines()
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return Life(reached, killed, failed=not killed and status != 0)


def _let_go_of_connections() -> None:
    """A forked process must never share one with its parent."""
    connections.close_all()
    if settings.CONFIG.redis_url:
        from django_redis import get_redis_connection

        for cache in ("default", "advoware"):
            get_redis_connection(cache).connection_pool.disconnect()
