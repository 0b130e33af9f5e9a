"""The register of processing names every table and column in which data of a person can stand, and none that is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Field, ForeignKey, IntegerField, Model, fields

from bitbylaw.config import BASE_DIR, Config

PAGE = (BASE_DIR / "docs" / "confidentiality.md").read_text()
REGISTER = PAGE.partition("## Register of processing")[2].partition("\n## ")[0]
NAMED = {table: set(columns.split(", ")) for table, columns in re.findall(r"^\| (\w+) \| ([^|]+) \|", REGISTER, re.M)}
del NAMED["table"]

# Words of the program, times, numbers, or random: nobody's data, whatever table they stand in.
OF_THE_PROGRAM = {
    *("step", "reason", "trace_id", "entity_type", "target_type", "action", "sender", "worker", "claimed_by", "via"),
    *("record", "attempt", "entry", "message", "refusal", "method", "key", "field", "sync_token", "counts"),
}
TABLES_OF_THE_PROGRAM = {
    *("Permission", "Group", "Group_permissions", "User_groups", "User_user_permissions", "ContentType"),
    *("System", "StepSwitch", "Lock", "QuotaBucket", "Cursor", "Worker", "ProxyWindow", "AccessAttemptExpiration"),
    *("ScheduledJob", "ScheduledFailure"),  # kind and places of an error of the program
    *("Figures", "Outage"),  # sums, and names of systems
    *("Schedule", "OrmQ", "Task.django_q", "Success", "Failure"),  # of the queue: names of functions, ids of records
}
ONE_BY_ONE = {
    "PushChannel": {"id", "address", "resource_id", "token_digest"},  # random; the hub's own address
    "ProxyKey": {"start", "digest", "prefixes"},
    "ScanRun": {"scan", "calls"},  # calls without their paths
    "Adoption": {"kind"},
    "AdoptionFinding": {"adoption", "kind", "what"},  # words of the program
    "InboxMessage": {"path"},  # of the webhook
    "Session": {"session_key"},
    "LogEntry": {"content_type"},
    "Task": {"digest"},
    "KnownTrouble": {"key", "facts"},  # words of the program and counts
    "Notice": {"key", "trouble", "event", "fault"},
}


def tables() -> Iterator[tuple[str, type[Model]]]:
    for model in apps.get_models(include_auto_created=True):
        name, app = model.__name__, model._meta.app_label
        if not model._meta.proxy and not {name, f"{name}.{app}"} & TABLES_OF_THE_PROGRAM:
            yield name, model


def can_tell(field: Field[object, object]) -> bool:
    """A column that takes words of somebody's, or names somebody."""
    if isinstance(field, IntegerField) and not isinstance(field, ForeignKey):
        return False
    told = (fields.BooleanField, fields.DateField, fields.UUIDField, fields.FloatField, fields.AutoFieldMixin)
    return not isinstance(field, told) and not field.choices


TABLES = dict(tables())


@pytest.mark.parametrize("name", TABLES)
def test_every_column_that_can_tell_of_somebody_is_in_the_register(name: str) -> None:
    columns = {field.name for field in TABLES[name]._meta.concrete_fields if can_tell(field)}
    assert columns - OF_THE_PROGRAM - ONE_BY_ONE.get(name, set()) == NAMED.get(name, set())


def test_what_it_names_is_there() -> None:
    assert NAMED.keys() <= TABLES.keys()
    for name, columns in NAMED.items():
        assert columns <= {field.name for field in TABLES[name]._meta.concrete_fields}, name


def test_terms_are_settings() -> None:
    assert set(re.findall(r"KEEP_\w+", REGISTER)) <= set(Config.model_fields)
