"""Rows whose time is over, and how they go: a little at a time, so that others wait for milliseconds at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

CHUNK = 1000  # rows a transaction


@dataclass(frozen=True, slots=True)
class Leftover:
    """`rows`, oldest first by `order`, and how a chunk of them goes (default: deleted). What has gone, or has been
    emptied, is none of `rows` any more."""

    name: str
    rows: QuerySet[Any]
    order: str = "pk"
    remove: Callable[[Sequence[Any]], int] | None = None

    @classmethod
    def emptied(cls, name: str, rows: QuerySet[Any], **empty: Any) -> Leftover:
        """Rows that stay, without the values of these columns; those where nothing is left to empty are left out. What
        is none of `rows` any more when its turn comes keeps them."""
        full = rows.exclude(**empty)
        return cls(name, full, remove=lambda pks: full.filter(pk__in=pks).update(**empty))


def chunks(leftover: Leftover) -> Iterator[int]:
    """How many went, chunk by chunk."""
    remove = leftover.remove or (lambda pks: delete(leftover.rows.model, pks))
    while chunk := list(leftover.rows.order_by(leftover.order).values_list("pk", flat=True)[:CHUNK]):
        yield remove(chunk)


def delete(model: Any, pks: Sequence[Any]) -> int:
    """How many rows of this kind went; what hangs on them follows the rules of the models."""
    _, by_model = model.objects.filter(pk__in=pks).delete()
    return int(by_model.get(model._meta.label, 0))
