"""What was released stays as it was: an upgrade meets the database that it expects, and for the minutes of a rolling
restart the released program goes on working, on the newer tables and beside the newer program."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelOptions,
    CreateModel,
    DeleteModel,
    RemoveField,
    RemoveIndex,
    RenameField,
    RenameModel,
    RunPython,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.utils.module_loading import import_string

from bitbylaw.config import BASE_DIR
from syncapp.models import Record

# Of the newest release; one that follows adds its own line here and in CHANGELOG.md.
NEWEST_MIGRATION = "0043_reference_container"
DIGEST_OF_MIGRATIONS = "22926e7da284282ce5ebe260d62b51f9164b9b80c3af0444dd3579dd87c93331"
# What its queue may still hold: function and number of arguments never change, else queued work would be lost.
QUEUED = ("run", "drain", "sweep", "compare", "scan_confirmed", "adopt", "prune", "sum_up", "notify", "canary")

FOLDER = BASE_DIR / "syncapp" / "migrations"
# The released program neither misses these nor knows of them.
HARMLESS = (AddIndex, RemoveIndex, CreateModel, RunPython)
# Words for people; the database knows nothing of them.
WORDS = {"choices", "verbose_name", "help_text"}
WORDS_OF_MODELS = {"verbose_name", "verbose_name_plural"}


def released() -> list[Path]:
    return [path for path in sorted(FOLDER.glob("[0-9]*.py")) if path.stem <= NEWEST_MIGRATION]


def later() -> list[str]:
    return [path.stem for path in sorted(FOLDER.glob("[0-9]*.py")) if path.stem > NEWEST_MIGRATION]


def harmless(operation: Operation, before: ProjectState) -> bool:
    """Whether the released program can read and write the tables before and after it."""
    if isinstance(operation, AddField):
        # It does not name the column when it inserts a row.
        field = operation.field
        return bool(field.null or field.db_default is not models.NOT_PROVIDED or field.many_to_many)
    if isinstance(operation, AlterField):
        old = before.models["syncapp", operation.model_name_lower].fields[operation.name]
        return _column(old) == _column(operation.field)
    if isinstance(operation, AlterModelOptions):
        # What it does not name becomes what it is without being said.
        old = before.models["syncapp", operation.name_lower].options
        said = {name for name in AlterModelOptions.ALTER_OPTION_KEYS if old.get(name) != operation.options.get(name)}
        return said <= WORDS_OF_MODELS
    return isinstance(operation, HARMLESS)


def _column(field: Any) -> tuple[Any, ...]:
    _name, path, args, options = field.deconstruct()
    return path, args, {name: value for name, value in options.items() if name not in WORDS}


def test_released_migrations_are_as_they_were() -> None:
    """A database of the release has run them as they were; what must be different is a migration of its own."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in released())).hexdigest()
    assert digest == DIGEST_OF_MIGRATIONS


@pytest.mark.parametrize("name", later() or [NEWEST_MIGRATION])
def test_later_ones_leave_the_released_program_at_work(name: str) -> None:
    """What renames, removes or forbids waits for the release after the next, when nobody uses it any more."""
    loader = MigrationLoader(None)
    migration, state = loader.get_migration("syncapp", name), loader.project_state(("syncapp", NEWEST_MIGRATION))
    for other in later()[: later().index(name) if name in later() else 0]:
        loader.get_migration("syncapp", other).mutate_state(state, preserve=False)
    assert [type(each).__name__ for each in migration.operations if not harmless(each, state)] == []


def _other_words(name: str) -> Any:
    field = Record._meta.get_field(name).clone()
    field.choices = [*field.choices, ("another", "Another")]
    return field


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (AddField("record", "a", models.TextField(null=True)), True),
        (AddField("record", "a", models.TextField(db_default="")), True),
        (AddField("record", "a", models.TextField(default="")), False),
        (AddIndex("record", models.Index(fields=["id"], name="i")), True),
        (CreateModel("a", []), True),
        (DeleteModel("record"), False),
        (RemoveField("record", "status"), False),
        (RenameField("record", "status", "state"), False),
        (RenameModel("record", "row"), False),
        (AlterField("record", "status", models.CharField(max_length=3)), False),
        (AlterField("record", "status", _other_words("status")), True),
        (AlterModelOptions("attempt", {"verbose_name": "a run", "verbose_name_plural": "runs"}), True),
        (AlterModelOptions("attempt", {"verbose_name": "attempt", "managed": False}), False),
        (AlterModelOptions("record", {"verbose_name": "record"}), False),  # its permissions would be gone
        (AddConstraint("record", models.UniqueConstraint(fields=["status"], name="c")), False),
    ],
)
def test_what_the_released_program_bears(operation: Operation, expected: bool) -> None:
    assert harmless(operation, MigrationLoader(None).project_state()) is expected


@pytest.mark.parametrize("name", QUEUED)
def test_what_its_queue_may_hold_can_be_run(name: str) -> None:
    assert callable(import_string(f"syncapp.jobs.{name}"))
