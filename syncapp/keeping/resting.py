"""Before a database is replaced: whether the hub is at rest, what is in it, and whether that is the hub's alone."""

from __future__ import annotations

from django.apps import apps
from django.db import DatabaseError, connection
from django.utils import timezone

from syncapp.engine.workers.heartbeat import works
from syncapp.keeping.facts import Facts
from syncapp.keeping.refusals import Refused
from syncapp.models import Worker

# What a hub writes that was started and has not done anything yet.
_BY_ITSELF = {
    f"syncapp_{table}"
    for table in ("advoware_cache", "knowntrouble", "lock", "proxywindow", "quotabucket", "scheduledjob", "worker")
}


def refuse_at_work() -> None:
    """Raises `Refused` while workers prove that they work. A database that can't be asked has none."""
    now = timezone.now()
    try:
        rows = list(Worker.objects.filter(stopped_at=None).only("name", "beat_at"))
    except DatabaseError:
        rows = []
    finally:
        connection.close()
    if names := [row.name for row in rows if works(row, now)]:
        raise Refused(
            f"The hub is at work ({', '.join(names[:3])}): stop web server and workers first (systemctl stop"
            " bitbylaw.target). Killed ones count as at work for a minute."
        )


def has_contents(found: Facts) -> bool:
    """More than `migrate` and `setup_schedules` make: an account, or anything that the hub worked on."""
    return any(count and _holds(table) for table, count in found.rows.items())


def _holds(table: str) -> bool:
    return table == "auth_user" or (table.startswith("syncapp_") and table not in _BY_ITSELF)


def strangers(found: Facts) -> list[str]:
    """Tables of something else, which lives in the same database."""
    ours = ("django_", *(f"{config.label}_" for config in apps.get_app_configs()))
    return [table for table in found.rows if not table.startswith(ours)]
