"""Lists over millions of rows: nothing is ever counted to the end."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

COUNT_UP_TO = 10_000  # rows; who needs more pages than this needs a filter


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most `COUNT_UP_TO` rows; `capped` tells that there are more."""

    template_name = "syncapp/admin/parts/pages.html"  # as the theme asks for it

    @cached_property
    def count(self) -> int:
        return counted(self.object_list)  # type: ignore[arg-type]

    @property
    def capped(self) -> bool:
        return self.count >= COUNT_UP_TO

    def validate_number(self, number: Any) -> int:
        """Beyond the last page is the last one: rows go while people look, and an address may be old."""
        try:
            return min(max(int(number), 1), self.num_pages)
        except (TypeError, ValueError):
            return 1


class List(ChangeList):
    def get_ordering_field(self, field_name: Any) -> Any:
        """Only what the list offers: an address that names another column is no order."""
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.page_num = self.paginator.validate_number(self.page_num)


def counted(rows: QuerySet[Any], limit: int = COUNT_UP_TO) -> int:
    """How many rows there are, or `limit` when there are at least that many; the database stops there too."""
    return rows.order_by().values("pk")[:limit].count()


def older(rows: QuerySet[Any], before: str | None, size: int) -> tuple[list[Any], int | None]:
    """One page of a history, newest first, and the id to ask for the next one with (None: that was all)."""
    rows = rows.order_by("-id")
    if before and before.isdecimal() and len(before) < 19:
        rows = rows.filter(id__lt=int(before))
    found = list(rows[: size + 1])
    return found[:size], found[size - 1].id if len(found) > size else None
