"""Migrations carry old rows along: every table of every state is filled, then the next migration runs.

On a database of its own, not the one that the other tests share: a migration that fails half-way would leave them
nothing to stand on. Going forward from nothing, it needs no way back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.apps import apps as todays_apps
from django.apps.registry import Apps
from django.db import connections
from django.db.migrations import Migration, RenameField, RenameModel, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.utils import timezone

from syncapp.models import Orphan, OrphanWhy, Record
from tests import engines, old_rows

ALIAS = "old_rows"
APP = "syncapp"
# Of each table its rows by primary key, of each row its columns.
Snapshot = dict[str, dict[Any, dict[str, Any]]]


@pytest.fixture
def database(django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), _empty_database() as name:
        connections.databases[ALIAS] = connections.databases["default"] | {"NAME": name}
        try:
            yield ALIAS
        finally:
            connections[ALIAS].close()
            del connections[ALIAS], connections.databases[ALIAS]


@contextmanager
def _empty_database() -> Iterator[str]:
    engine = engines.chosen()
    name = f"{ALIAS}_{engine.process}"
    if not engine.postgres_url:
        path = engine.folder / f"{name}.sqlite3"
        yield str(path)
        path.unlink()
        return
    with psycopg.connect(engine.postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            server.execute(f"DROP DATABASE {name}")


def test_no_migration_loses_what_is_in_the_tables(database: str) -> None:
    """Rows of each state go all the way to the newest one."""
    executor = MigrationExecutor(connections[database])
    leaves = executor.loader.graph.leaf_nodes()
    first, *later = [m for m, _back in executor.migration_plan(leaves) if m.app_label == APP]
    assert later
    state = executor.migrate([*(node for node in leaves if node[0] != APP), (APP, first.name)])
    for migration in later:
        old_rows.fill(state.apps, database)
        before = snapshot(state.apps, database)
        assert_all_filled(state.apps, before)
        state = executor.migrate([], plan=[(migration, False)], state=state)
        assert_kept(before, snapshot(state.apps, database), migration)
    assert snapshot(state.apps, database) == snapshot(todays_apps, database)


@pytest.mark.django_db
def test_orphans_that_were_listed_for_a_sentence_get_its_kind() -> None:
    migration = import_module("syncapp.migrations.0015_kinds_for_sentences")
    for number, why in enumerate([*migration.KINDS, "", "by hand"]):
        Orphan.objects.create(system="xai", kind="file", remote_id=str(number), why=why)
    migration.give_orphans_their_kinds(todays_apps, SimpleNamespace(connection=connections["default"]))
    kinds = list(Orphan.objects.order_by("pk").values_list("why", flat=True))
    assert kinds == [*OrphanWhy.values, "", "by hand"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reason", "status", "waits_for"),
    [("party_pending", "waiting", "p1"), ("writing_off", "waiting", "p1"), ("rejected", "failed", "")],
)
def test_what_a_record_waits_for_moves_to_a_column_of_its_own(reason: str, status: str, waits_for: str) -> None:
    migration = import_module("syncapp.migrations.0017_waits_for")
    now = timezone.now()
    moments = {"created_at": now, "changed_at": now, "due_at": now}
    Record.objects.create(
        step="s", entity_type="t", entity_id="1", status=status, reason=reason, detail="p1", **moments
    )
    editor = SimpleNamespace(connection=connections["default"])
    migration.to_column(todays_apps, editor)
    assert Record.objects.values_list("waits_for", "detail").get() == (waits_for, "" if waits_for else "p1")
    migration.to_detail(todays_apps, editor)
    assert Record.objects.get().detail == "p1"


def snapshot(apps: Apps, database: str) -> Snapshot:
    return {
        model._meta.label_lower: {row[model._meta.pk.name]: row for row in _rows(model, database)}
        for model in old_rows.tables(apps)
    }


def _rows(model: Any, database: str) -> list[dict[str, Any]]:
    rows = model._base_manager.using(database).values(*(field.name for field in model._meta.concrete_fields))
    return [{name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()} for row in rows]


def assert_all_filled(apps: Apps, before: Snapshot) -> None:
    for model in old_rows.tables(apps):
        for field in model._meta.concrete_fields:
            values = [row[field.name] for row in before[model._meta.label_lower].values()]
            assert any(value not in (None, "", {}, []) for value in values), f"{field} is empty in every row"
            assert [key for key, _label in field.flatchoices if key not in values] == [], f"{field} lacks choices"


def assert_kept(before: Snapshot, after: Snapshot, migration: Migration) -> None:
    """What a migration means to drop or to compute anew it names itself: `loses = {"record.detail", "oldtable"}`."""
    tables, columns = _renamed(migration.operations)
    meant = getattr(migration, "loses", set())
    for table, rows in before.items():
        model = table.removeprefix(f"{APP}.")
        if model in meant:
            continue
        kept = after.get(tables.get(table, table))
        assert kept is not None, f"{migration} lost the table {table}"
        for key, row in rows.items():
            assert key in kept, f"{migration} lost a row of {table}"
            for column, value in row.items():
                if f"{model}.{column}" not in meant:
                    name = columns.get((table, column), column)
                    assert name in kept[key], f"{migration} lost the column {table}.{column}"
                    assert kept[key][name] == value, f"{migration} changed a value of {table}.{column}"


def _renamed(operations: Iterable[Operation]) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """What tables and columns of this app are called afterwards."""
    tables: dict[str, str] = {}
    columns: dict[tuple[str, str], str] = {}
    for operation in operations:
        match operation:
            case SeparateDatabaseAndState():
                inner_tables, inner_columns = _renamed(operation.state_operations)
                tables |= inner_tables
                columns |= inner_columns
            case RenameModel():
                tables[f"{APP}.{operation.old_name_lower}"] = f"{APP}.{operation.new_name_lower}"
            case RenameField():
                columns[f"{APP}.{operation.model_name_lower}", operation.old_name_lower] = operation.new_name_lower
    return tables, columns
