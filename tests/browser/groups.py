"""Tests with a live server empty all tables afterwards, those that migrations filled too."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.db import connection


def restore() -> None:
    """Make the groups again, with the migrations' own functions."""
    names = ("0003_staff_group", "0006_task_rights", "0012_calendar_rights")
    first, *others = (import_module(f"syncapp.migrations.{name}") for name in names)
    with connection.schema_editor() as editor:
        first.make_groups(apps, editor)
        for other in others:
            other.widen_groups(apps, editor)
        import_module("syncapp.migrations.0030_data_of_a_person").make_group(apps, editor)
        for name in ("0032_adoption_rights", "0040_end_session"):
            import_module(f"syncapp.migrations.{name}").widen_group(apps, editor)
