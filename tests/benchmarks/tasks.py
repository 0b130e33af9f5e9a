"""What settling is measured against: the least that a task of Django-Q2 can do."""

from __future__ import annotations

from django.db import connection


def touch(pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bench_touched SET touched = 1 WHERE id = %s", [pk])
