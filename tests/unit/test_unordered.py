"""What catches a reliance on the order of rows that nothing orders, catches it."""

from __future__ import annotations

import pytest
from django.db import connection

from syncapp.models import Cursor

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL moves them by itself")
def test_an_update_turns_unordered_rows_around_and_leaves_ordered_ones() -> None:
    for name in "abc":
        Cursor.objects.create(name=name)
    unordered, ordered = Cursor.objects.values_list("pk", flat=True), Cursor.objects.order_by("pk")
    before = list(unordered.all())
    Cursor.objects.filter(name="none").update(name="other")
    assert list(unordered.all()) == before[::-1]
    assert [row.pk for row in ordered] == sorted(before)
