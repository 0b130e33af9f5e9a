"""The demo's own installation: a folder with database, static files and logs; one start at a time."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection

from syncapp import schedules
from syncapp.engine.queue import enqueue
from syncapp.events import registry
from syncapp.management.demo import past
from syncapp.management.demo.post import address_of
from syncapp.models import CalendarEmployee, Conflict, ConflictState, Record, SystemName, Task, TaskState

# Schedules by their names.
PARTIES, CALENDARS = "scan_parties", "calendar"  # every 15 minutes
EVERYTHING = (CALENDARS, "scan_all_parties", "scan_everything", "scan_matters")  # at night
# Login -> the group whose rights it has (made by a migration).
LOGINS = {"mitarbeit": "Kanzlei-Mitarbeiter", "betreuung": "Hub-Betreuung"}


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Holds the folder; the system itself frees it when the process ends, however that happens."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            pid = lock.read().strip() or "?"
            raise CommandError(
                f"The demo runs already (process {pid}). Look for its window, or end it with: kill {pid}"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def prepare(folder: Path, *, keep: bool) -> str:
    """A migrated database with logins and schedules, and the static files; returns the logins' password."""
    if not keep:
        for old in folder.glob("hub.sqlite3*"):
            old.unlink()
    call_command("migrate", verbosity=0, interactive=False)
    # The sandbox begins anew: what was agreed on with the last one would make its people's edits of what it has now.
    CalendarEmployee.objects.all().delete()
    both_ways = [spec.name for spec in registry.steps() if SystemName.ADVOWARE in spec.systems]
    Record.objects.filter(step__in=both_ways).delete()
    call_command("collectstatic", verbosity=0, interactive=False)
    schedules.ensure()
    password = secrets.token_urlsafe(9)
    for name, group in LOGINS.items():
        user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
        user.email = address_of(name)
        user.set_password(password)
        user.save()
        user.groups.set([Group.objects.get(name=group)])
    past.invent()
    return password


def ask_for(*names: str) -> None:
    """What these schedules start in a real installation, now."""
    known = {schedule.name: schedule for schedule in schedules.schedules()}
    for name in names:
        enqueue.put(known[name].function, [known[name].arguments], known[name].timeout)
    connection.close()


def left_to_people() -> list[str]:
    """What staff find on the hub's pages: the kinds of open tasks, and a "conflict" for each field in one."""
    tasks = Task.objects.filter(state=TaskState.OPEN).values_list("kind", flat=True)
    conflicts = Conflict.objects.filter(state=ConflictState.OPEN).count()
    found = [*tasks, *["conflict"] * conflicts]
    connection.close()
    return found
