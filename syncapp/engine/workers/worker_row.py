"""The supervisor's row in the table of workers, and what a health check reads there."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connections
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from syncapp.engine.workers.canary import host_name
from syncapp.models import Worker

FORGET_AFTER = timedelta(days=7)  # every start makes a new row; long enough to look back at a bad week


class WorkerRow:
    """Every method may raise a database error; what could not be written is written at the next chance."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._started_at = timezone.now()
        self._exists = False
        self._restarts_to_write = 0
        self._reason = ""

    def beat(self) -> datetime | None:
        """The last proof of work, as it stands in the table."""
        close_old_connections()
        self._write()
        return Worker.objects.values_list("beat_at", flat=True).get(pk=self.name)

    def others_at_work(self, seconds: float) -> int:
        lately = timezone.now() - timedelta(seconds=2 * seconds)
        return Worker.objects.filter(stopped_at=None, beat_at__gte=lately).exclude(pk=self.name).count()

    def restarted(self, reason: str) -> None:
        """Only noted here, written at the next look: a restart must not wait for the database."""
        self._restarts_to_write += 1
        self._reason = reason[:200]

    def stopped(self) -> None:
        Worker.objects.filter(pk=self.name).update(stopped_at=timezone.now())

    def reconnect(self) -> None:
        connections.close_all()

    def _write(self) -> None:
        if not self._exists:
            forgotten().delete()
            Worker.objects.get_or_create(name=self.name, defaults={"started_at": self._started_at})
            self._exists = True
        if self._restarts_to_write:
            mine = Worker.objects.filter(pk=self.name)
            mine.update(restarts=F("restarts") + self._restarts_to_write, restart_reason=self._reason)
            self._restarts_to_write = 0


def forgotten() -> QuerySet[Worker]:
    """Rows of workers that are long gone."""
    old = timezone.now() - FORGET_AFTER
    return Worker.objects.filter(Q(stopped_at__lt=old) | Q(beat_at__lt=old))


def working_here() -> bool:
    """Whether a worker of this machine has proved lately that it works."""
    lately = timezone.now() - timedelta(seconds=2 * settings.CONFIG.CANARY_SECONDS)
    return Worker.objects.filter(name__startswith=f"{host_name()}-", stopped_at=None, beat_at__gte=lately).exists()
