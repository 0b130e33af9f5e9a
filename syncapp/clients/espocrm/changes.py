"""Which records changed since a time, in the order of their changes, by key instead of by page number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from syncapp.clients.errors import UnexpectedAnswer
from syncapp.clients.espocrm.fields import ID, MODIFIED_AT
from syncapp.clients.espocrm.rest import EspoRest, Where
from syncapp.clients.espocrm.types import SYSTEM, EntityStamp
from syncapp.clients.http.parse import Values

START_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def espo_time(moment: datetime) -> str:
    """As EspoCRM stores it: UTC, whole seconds. A naive time is an error of the caller."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def changes(
    rest: EspoRest, path: str, since: datetime | None, select: Sequence[str], rows: int
) -> Iterator[EntityStamp]:
    """All records with ``modifiedAt`` at or after ``since``, oldest change first; a record that changes meanwhile may
    come again with its newer time. From the beginning those that have none come first, as if from the start of time:
    what was put into the database past EspoCRM has no date, and no comparison with one finds it.

    Every page starts at the last time of the one before, without what was seen of that second already. A second that
    fills a whole page (an import) is read to its end by id.
    """
    columns = tuple(dict.fromkeys((ID, MODIFIED_AT, *select)))
    if since is None:
        yield from _undated(rest, path, columns)
    floor, comparison, seen = (since or START_OF_TIME).replace(microsecond=0), "greaterThanOrEquals", frozenset[str]()
    while True:
        where: list[Where] = [(comparison, MODIFIED_AT, espo_time(floor))]
        page = [EntityStamp.from_api(row) for row in rest.page(path, columns, MODIFIED_AT, where)]
        yield from (stamp for stamp in page if stamp.id not in seen)
        if len(page) < rows:
            return
        rest.renew_patience()
        last = page[-1].modified_at
        if not floor <= page[0].modified_at <= last:
            raise UnexpectedAnswer(SYSTEM, "paging")  # the server left out our condition or order; this might never end
        seen_now = frozenset(stamp.id for stamp in page if stamp.modified_at == last)
        if len(seen_now) < len(page):
            floor, comparison, seen = last, "greaterThanOrEquals", seen_now
            continue
        same_second: list[Where] = [("equals", MODIFIED_AT, espo_time(last))]
        for row in rest.rows(path, columns, same_second):
            stamp = EntityStamp.from_api(row)
            if stamp.id not in seen_now:
                yield stamp
        floor, comparison, seen = last, "greaterThan", frozenset()


def _undated(rest: EspoRest, path: str, columns: Sequence[str]) -> Iterator[EntityStamp]:
    for row in rest.rows(path, columns, [("isNull", MODIFIED_AT, "")]):
        if not row.get(MODIFIED_AT):
            yield EntityStamp(Values(SYSTEM, row).needed(ID), START_OF_TIME, row)
