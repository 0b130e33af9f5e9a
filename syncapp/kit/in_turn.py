"""Many rows changed by one statement, beside others that change many of the same rows.

PostgreSQL ends one of two that wait for each other: a system that answers again would go on counting as away, or the
webhooks of that moment would be refused. So all take the rows that they share in one order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Collate


def update(rows: QuerySet[Any], order: Sequence[str], **columns: Any) -> int:
    """As `rows.update(...)`. `order`: columns of text, by which whoever else takes several of the rows sorts them."""
    if not connection.features.has_select_for_update:
        return rows.update(**columns)  # such a database lets one writer in at a time
    by_sign = [Collate(name, "C") for name in order]  # as Python sorts, whatever the database's language
    with transaction.atomic():
        taken = rows.select_for_update(of=("self",)).order_by(*by_sign).values("pk")
        return int(rows.model._default_manager.filter(pk__in=taken).update(**columns))
