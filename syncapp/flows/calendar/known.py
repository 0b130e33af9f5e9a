"""The links of one employee, as far as a run needs them: not those of years ago that nobody has touched since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from django.db.models import Q, QuerySet

from syncapp.flows.calendar.links import Window
from syncapp.models import CalendarEmployee, CalendarLink, LinkState

Value = TypeVar("Value")
AT_ONCE = 500  # values in one query: SQLite takes no more than a thousand everywhere


class Known:
    """`whole`: all of them are loaded. Otherwise those in the window and those about which something is open; what else
    turns out to be needed is fetched."""

    def __init__(self, employee: CalendarEmployee, window: Window, *, whole: bool) -> None:
        self._employee, self.whole = employee, whole
        self.rows: list[CalendarLink] = []
        self.by_event: dict[str, CalendarLink] = {}
        self.by_number: dict[int, CalendarLink] = {}
        rows = self._all()
        self._take(rows if whole else rows.filter(_in(window) | _OPEN))

    def add(self, link: CalendarLink) -> None:
        self.rows.append(link)
        if link.event_id:
            self.by_event[link.event_id] = link
        if link.number is not None:
            self.by_number[link.number] = link

    def fetch_events(self, ids: Iterable[str]) -> None:
        for part in self._lacking(ids, self.by_event):
            self._take(self._all().filter(event_id__in=part))

    def fetch_numbers(self, numbers: Iterable[int]) -> None:
        for part in self._lacking(numbers, self.by_number):
            self._take(self._all().filter(number__in=part))

    def _lacking(self, wanted: Iterable[Value], known: Mapping[Value, CalendarLink]) -> Iterator[tuple[Value, ...]]:
        if self.whole:
            return iter(())
        return in_parts([key for key in dict.fromkeys(wanted) if key not in known], AT_ONCE)

    def _all(self) -> QuerySet[CalendarLink]:
        return CalendarLink.objects.filter(employee=self._employee)

    def _take(self, rows: Iterable[CalendarLink]) -> None:
        here = {link.pk for link in self.rows}
        for link in rows:
            if link.pk not in here:
                self.add(link)


def in_parts(values: Iterable[Value], size: int) -> Iterator[tuple[Value, ...]]:
    left = iter(values)
    while part := tuple(islice(left, size)):
        yield part


def _in(window: Window) -> Q:
    begun = Q(first_day__isnull=True) | Q(first_day__lte=window.last)
    return begun & (Q(last_day__isnull=True) | Q(last_day__gte=window.first))


# A link that once was in agreement and is not any more, or was not written: wherever its days are.
_OPEN = ~Q(state=LinkState.AGREED) & (
    Q(agreed_advoware__isnull=False) | Q(state__in=[LinkState.HELD, LinkState.FAILED])
)
