"""Writes events to Google: of those that are there only what changed, new ones in batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.clients.errors import ClientError, Duplicate, NotFound, Outdated, Rejected
from syncapp.clients.google import EventWrite, GoogleClient, GoogleEvent, Kind
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.calendar import links, piecemeal
from syncapp.flows.calendar.fields import GOOGLE, Appointment, declared, with_all
from syncapp.flows.calendar.journal import EVENT, CalendarWrite
from syncapp.flows.calendar.known import bury
from syncapp.flows.calendar.lost import CLOCKS_DIFFER
from syncapp.flows.calendar.remembering import intend, journalled, remember
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.lens.core import Raw, changes
from syncapp.models import JournalEntry, SystemName


class GoogleWriter:
    def __init__(self, run: Run, google: GoogleClient, zone: ZoneInfo) -> None:
        self._run, self._google = run, google
        self._zone, self._fields = zone, declared(zone)

    def insert(self, state: CalendarState, items: Sequence[Item]) -> list[ClientError | None]:
        """Up to `BATCH_LIMIT` new events in one call; what became of each. An appointment's error stops no other."""
        writes = []
        for item in items:
            event_id = item.link.event_id or links.event_id(state.employee.kuerzel, item.number)
            intend(item, GOOGLE, self._zone, event_id=event_id)
            body = self._body(state, item, item.wanted(GOOGLE))
            writes.append(EventWrite(Kind.INSERT, state.calendar_id, event_id, body))
        journal = self._run.begin((self._insertion(item), self._journalled({}, item.wanted(GOOGLE))) for item in items)
        errors: list[ClientError | None] = []
        for item, entry, result in zip(items, journal, self._google.batch(writes), strict=True):
            error = result if isinstance(result, ClientError) else None
            if isinstance(error, Duplicate):
                error = _error_of(partial(self._take_again, state, item, entry))
            self._run.end(entry, error)
            if isinstance(result, Rejected):
                error = _error_of(partial(self._insert_less, state, item))
            elif isinstance(result, GoogleEvent):
                self._told(item, result)
                self._settle(item)
            errors.append(error)
        return errors

    def _insert_less(self, state: CalendarState, item: Item) -> None:
        def make(values: Appointment) -> None:
            raw = with_all(self._fields, GOOGLE, {}, values)
            with self._run.writing(self._insertion(item), self._journalled({}, raw)):
                body = {"id": item.link.event_id, **self._body(state, item, raw)}
                self._told(item, self._google.insert(state.calendar_id, body))

        values = item.values(GOOGLE, self._fields)
        if piecemeal.make_smaller(item, GOOGLE, values, make, lambda values: self._put(state, item, values)):
            self._settle(item)

    def _take_again(self, state: CalendarState, item: Item, entry: JournalEntry) -> None:
        """The id was used before, by us: the event is there, or was deleted, which keeps its id for ever. One that an
        unanswered creation has made was deleted by a person since, who is not contradicted: the next look decides."""
        values = item.values(GOOGLE, self._fields)
        there = self._google.event(state.calendar_id, item.link.event_id)
        if there.deleted and not item.pair.bases and self._made_before(entry, there):
            raise Outdated(SystemName.GOOGLE)
        item.now[GOOGLE] = there.raw

        def write(values: Appointment) -> None:
            before = item.now[GOOGLE]
            etag = there.etag if before is there.raw else ""
            after = with_all(self._fields, GOOGLE, before, values)
            self._told(item, self._patch(state, item, before, after, etag, status="confirmed"))

        piecemeal.change(item, GOOGLE, values, write)
        self._settle(item)

    def _made_before(self, entry: JournalEntry, there: GoogleEvent) -> bool:
        """By an earlier creation of this event, which was not answered."""
        earlier = [
            each.begun_at
            for each in self._run.unsettled_writes(CalendarWrite.INSERT_EVENT)
            if each.target_id == entry.target_id and each.pk != entry.pk
        ]
        return there.created is not None and bool(earlier) and there.created >= min(earlier) - CLOCKS_DIFFER

    def update(self, state: CalendarState, item: Item) -> None:
        intend(item, GOOGLE, self._zone)
        values = item.values(GOOGLE, self._fields)
        piecemeal.change(item, GOOGLE, values, lambda values: self._put(state, item, values))
        self._settle(item)

    def _put(self, state: CalendarState, item: Item, values: Appointment) -> None:
        before = item.now.get(GOOGLE, item.raw(GOOGLE))
        after = with_all(self._fields, GOOGLE, before, values)
        intent = WriteIntent(SystemName.GOOGLE, CalendarWrite.UPDATE_EVENT, EVENT, item.link.event_id[:200])
        with self._run.writing(intent, self._journalled(before, after)):
            self._told(item, self._patch(state, item, before, after))

    def mark(self, state: CalendarState, item: Item) -> None:
        """The event names its appointment: who looks in Google finds it, and so do we without a database."""
        intent = WriteIntent(SystemName.GOOGLE, CalendarWrite.MARK_EVENT, EVENT, item.link.event_id[:200])
        with self._run.writing(intent, {"frNr": [None, item.number]}):
            self._told(item, self._patch(state, item, item.raw(GOOGLE), item.wanted(GOOGLE)))

    def delete(self, state: CalendarState, item: Item) -> None:
        link = item.link
        intent = WriteIntent(SystemName.GOOGLE, CalendarWrite.DELETE_EVENT, EVENT, link.event_id[:200])
        with self._run.writing(intent, self._journalled(item.raw(GOOGLE), {})), suppress(NotFound):
            # It may be gone already: somebody was faster.
            self._google.delete(state.calendar_id, link.event_id, link.google.get("etag", ""))
        bury(link)

    def _patch(
        self, state: CalendarState, item: Item, before: Raw, after: Raw, etag: str = "", **more: object
    ) -> GoogleEvent:
        body = {**self._body(state, item, after, changes(before, after)), **more}
        return self._google.patch(state.calendar_id, item.link.event_id, body, etag or item.link.google.get("etag", ""))

    def _body(self, state: CalendarState, item: Item, says: Raw, part: Raw | None = None) -> dict[str, Any]:
        """`part`: what of it is sent; all of it where that is not given."""
        mark = links.mark(state.employee.kuerzel, item.number, links.stand(says, self._zone))
        return {**(says if part is None else part), "extendedProperties": mark}

    def _told(self, item: Item, event: GoogleEvent) -> None:
        item.link.google = links.told(event, item.link.employee_id, self._zone)
        item.now[GOOGLE] = item.link.google["event"] or {}

    def _settle(self, item: Item) -> None:
        remember(item, self._zone)
        item.link.save()

    def _insertion(self, item: Item) -> WriteIntent:
        return WriteIntent(SystemName.GOOGLE, CalendarWrite.INSERT_EVENT, EVENT, item.link.event_id[:200])

    def _journalled(self, before: Raw, after: Raw) -> dict[str, list[Any]]:
        return journalled(GOOGLE, before, after, self._zone)


def _error_of(act: Callable[[], None]) -> ClientError | None:
    try:
        act()
    except ClientError as exc:
        return exc
    return None
