"""A backup of the hub's database within a test: taken at one moment, brought back at a later one.

All sides agreed when it was taken, then a scene happened. After it is restored and compared they still show the same,
and the hub asks people for what it had asked them before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model

from syncapp.events import registry
from syncapp.flows.akten import advoware as akten
from syncapp.flows.comparing import scans
from syncapp.models import Conflict, ConflictState, Record, Status, Task, TaskState
from tests.world import World

Scene = Callable[[Any], None]


@dataclass(frozen=True)
class Backup:
    """Every row of every table, as it was."""

    rows: tuple[Model, ...]

    @classmethod
    def take(cls) -> Backup:
        return cls(tuple(row for table in _tables() for row in table._base_manager.order_by("pk")))

    def restore(self) -> None:
        """What came since is gone, what was changed or deleted since is as before."""
        for table in reversed(list(_tables())):
            table._base_manager.all()._raw_delete(using="default")  # type: ignore[attr-defined]
        for row in self.rows:
            # Raw: no moment is set anew, no signal told.
            row.save_base(raw=True, force_insert=True)


def _tables() -> Iterator[type[Model]]:
    """The hub's own; what a table refers to stands before it."""
    waiting = [model for model in apps.get_app_config("syncapp").get_models() if model._meta.managed]
    while waiting:
        ready = [model for model in waiting if not _references(model) & set(waiting) - {model}]
        yield from ready
        waiting = [model for model in waiting if model not in ready]


def _references(model: type[Model]) -> set[object]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}


def compare(world: World) -> None:
    akten.shared.clear()
    for each in registry.comparisons():
        scans.run(each.name, confirmed=True)
    world.drive()


def outside(world: World) -> dict[str, Any]:
    """What people see in all systems, but for EspoCRM's count of versions and the hub's own numbers of its tasks."""
    crm, advoware = world.sandbox.state("espocrm")["records"], world.sandbox.state("advoware")
    google = world.sandbox.state("google")
    return {
        **{f"{kind} {row['id']}": _shown(kind, row) for kind, rows in crm.items() for row in rows},
        **{f"party {row['betNr']}": row for row in advoware["parties"]},
        **{f"appointment {row['frNr']}": row for row in advoware["appointments"]},
        "google": google["calendars"],
        "xai": (world.inside(), world.files()),
    }


def _shown(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    if kind == "Task":
        numbered = {name: re.sub(r"(Hub|Nr\.) \d+", r"\1 N", row[name]) for name in ("name", "description")}
        return row | numbered | {"versionNumber": 0, "modifiedAt": ""}
    return row | {"versionNumber": 0}


def open_questions() -> list[tuple[str, str]]:
    tasks = Task.objects.filter(state=TaskState.OPEN).values_list("record__entity_id", "kind")
    decisions = Conflict.objects.filter(state=ConflictState.OPEN).values_list("record__entity_id", "field")
    return sorted([*tasks, *decisions])


def stuck() -> list[tuple[str, str, str]]:
    rows = Record.objects.filter(status__in=[Status.FAILED, Status.CONFLICT])
    return sorted(rows.values_list("step", "entity_id", "reason"))


def nothing_changes_after(backup: Backup, world: World) -> None:
    compare(world)
    before, asked, held = outside(world), open_questions(), stuck()
    backup.restore()
    for _ in range(2):
        compare(world)
    after = outside(world)
    changed = {key for key in {**before, **after} if before.get(key) != after.get(key)}
    assert {key: (before.get(key), after.get(key)) for key in changed} == {}
    assert (open_questions(), stuck()) == (asked, held)
