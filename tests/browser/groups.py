"""Tests with a live server empty all tables afterwards, those that migrations filled too."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.db import connection


def restore() -> None:
    """Make the groups again, with the migration's own function."""
    migration = import_module("syncapp.migrations.0003_staff_group")
    with connection.schema_editor() as editor:
        migration.make_groups(apps, editor)
