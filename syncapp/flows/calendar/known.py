"""The links of one employee, as far as a run needs them: not those of years ago that nobody has touched since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from syncapp.flows.calendar.links import Window
from syncapp.models import CalendarEmployee, CalendarLink, CalendarTombstone, LinkState

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

    def follow_marks(self, listed: Collection[int]) -> None:
        """Only the hub writes marks. So an event that bears another number than its link was given to that appointment
        after this database was made: a backup was restored. `listed`: the numbers that Advoware has."""
        for link in [each for each in self.rows if each.number is not None and each.number not in listed]:
            number = link.google.get("mark")
            if number is not None and number in listed and number not in self.by_number:
                del self.by_number[link.number]  # type: ignore[arg-type]
                link.number = number
                self.by_number[number] = link

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


def bury(link: CalendarLink) -> None:
    """Neither side has it any more. What was agreed on is kept for who restores it."""
    if not link.pk:
        return
    with transaction.atomic():
        if link.agreed_advoware is not None and link.event_id:
            agreed = {"agreed_advoware": link.agreed_advoware, "agreed_google": link.agreed_google}
            CalendarTombstone.objects.update_or_create(
                {**agreed, "number": link.number, "owners": link.owners, "deleted_at": timezone.now()},
                employee_id=link.employee_id,
                event_id=link.event_id,
            )
        link.delete()


class Buried:
    """The appointments of an employee that were deleted on both sides; read when somebody asks for the first time."""

    def __init__(self, kuerzel: str) -> None:
        self._kuerzel = kuerzel

    @cached_property
    def _by_event(self) -> dict[str, CalendarTombstone]:
        rows = CalendarTombstone.objects.filter(employee=self._kuerzel).order_by("deleted_at")
        return {row.event_id: row for row in rows}

    @cached_property
    def _events(self) -> dict[int, str]:
        return {row.number: event for event, row in self._by_event.items() if row.number is not None}

    def of(self, link: CalendarLink) -> CalendarTombstone | None:
        """Of a link that has no agreement of its own."""
        agreed = link.agreed_advoware is not None or not link.event_id
        return None if agreed else self._by_event.get(link.event_id)

    def event_of(self, number: int) -> str:
        return self._events.get(number, "")


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
