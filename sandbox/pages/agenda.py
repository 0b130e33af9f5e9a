"""A calendar as people read it: day by day, four weeks at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from werkzeug.wrappers import Request

from sandbox.pages.rendering import environment

SPAN = timedelta(days=28)
PAST = timedelta(days=3)  # of today's page
WEEKDAYS = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


@dataclass(frozen=True)
class Entry:
    day: date
    time: str  # as it is to be shown; empty: the whole day
    title: str
    place: str
    address: str  # of its page
    marks: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Window:
    first: date

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.first + SPAN

    @property
    def before(self) -> date:
        return self.first - SPAN


def window(request: Request) -> Window:
    """The four weeks that are asked for with `from`, or those around today. ValueError for what is no day."""
    asked = request.args.get("from")
    return Window(date.fromisoformat(asked) if asked else datetime.now(UTC).astimezone().date() - PAST)


def by_day(entries: Iterable[Entry]) -> list[tuple[date, list[Entry]]]:
    rows = sorted(entries, key=lambda entry: (entry.day, entry.time, entry.title))
    return [(day, list(group)) for day, group in groupby(rows, key=lambda entry: entry.day)]


def written_day(day: date, lang: str) -> str:
    name = WEEKDAYS.get(lang, WEEKDAYS["en"])[day.weekday()]
    return f"{name}, {day:%d.%m.%Y}" if lang == "de" else f"{name}, {day.isoformat()}"


environment.filters |= {"day": written_day}


def text(value: Any) -> str:
    return "" if value is None else str(value)
