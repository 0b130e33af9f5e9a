"""`manage.py cluster`: what `manage.py worker` starts and looks after; nobody else needs it."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand
from django_q.cluster import Cluster

from bitbylaw.logs import tell_of_crashes
from syncapp.engine.workers.processes import bind_children
from syncapp.kit.redis_pool import presence


class EndsOnce(Cluster):
    """Django-Q2's cluster, which a second signal does not stop from ending.

    The kernel tells of a killed parent once for each of its threads, a fraction of a millisecond apart. Django-Q2's
    handler takes a lock that its own next call would wait for: such a cluster worked on for ever, looked after by none.
    """

    def sig_handler(self, signum: int, frame: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        self.stop()


class Command(BaseCommand):
    help = "The processes that do the work, without anybody who looks after them: `manage.py worker` starts this."

    def handle(self, *args: Any, **options: Any) -> None:
        tell_of_crashes()
        bind_children()
        presence.speaks = False  # the supervisor says it for all of them
        EndsOnce().start()
