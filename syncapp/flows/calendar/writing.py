"""Writes appointments on both sides, one at a time; each is in the journal and on its link before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.clients.errors import AnswerLost, ClientError, Duplicate, NotFound, ServerTrouble, UnexpectedAnswer
from syncapp.clients.google import EventWrite, GoogleClient, GoogleEvent, Kind
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.calendar import links, lost
from syncapp.flows.calendar.agreement import to_json, to_store
from syncapp.flows.calendar.appointments import belongs_to, owners, owners_of_new, strays
from syncapp.flows.calendar.decide import What
from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, declared, said, span, with_all
from syncapp.flows.calendar.form import days_of, differing, form_of
from syncapp.flows.calendar.journal import CalendarWrite
from syncapp.flows.calendar.known import bury
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.lens.agreement import settled
from syncapp.flows.lens.core import Raw, changes
from syncapp.flows.lens.declaration import Side
from syncapp.flows.lens.declaration import What as Outcomes
from syncapp.flows.lens.records import Merged
from syncapp.flows.lens.spans import Span
from syncapp.models import CalendarLink, JournalEntry, LinkState, SystemName

EVENT, APPOINTMENT = "Termin (Google)", "Termin"


class Writer:
    def __init__(self, run: Run, advoware: AdvowareClient, google: GoogleClient, zone: ZoneInfo) -> None:
        self._run, self._advoware, self._google = run, advoware, google
        self._zone, self._fields = zone, declared(zone)

    def write(self, state: CalendarState, item: Item, what: What) -> None:
        """All but inserts, which go out several at a time. Raises `ClientError`; the link holds the agreement then."""
        match what:
            case What.UPDATE_GOOGLE:
                self._update_google(state, item)
            case What.DELETE_GOOGLE:
                self._delete_google(state, item)
            case What.CREATE:
                self._create(state, item)
            case What.UPDATE_ADVOWARE:
                self._update_advoware(item)
            case What.DELETE_ADVOWARE:
                self._delete_advoware(item)
            case What.FORGET:
                bury(item.link)

    # Google

    def insert(self, state: CalendarState, items: Sequence[Item]) -> list[ClientError | None]:
        """Up to `BATCH_LIMIT` new events in one call; what became of each. An appointment's error stops no other."""
        writes = []
        for item in items:
            event_id = item.link.event_id or links.event_id(state.employee.kuerzel, _number(item.link))
            body = self._insert_body(state, item)
            self._intend(item, GOOGLE, event_id=event_id)
            writes.append(EventWrite(Kind.INSERT, state.calendar_id, event_id, body))
        journal = self._run.begin(
            (self._event(CalendarWrite.INSERT_EVENT, write.event_id), self._changes(GOOGLE, {}, _merged(item).there))
            for write, item in zip(writes, items, strict=True)
        )
        errors: list[ClientError | None] = []
        for item, entry, result in zip(items, journal, self._google.batch(writes), strict=True):
            if isinstance(result, Duplicate):
                errors.append(self._inserted_before(state, item, entry))
                continue
            error = result if isinstance(result, ClientError) else None
            self._run.end(entry, error)
            if isinstance(result, GoogleEvent):
                self._settle_google(item, result)
            errors.append(error)
        return errors

    def _insert_body(self, state: CalendarState, item: Item) -> dict[str, Any]:
        return {**_merged(item).there, "extendedProperties": self._mark(state, item)}

    def _inserted_before(self, state: CalendarState, item: Item, entry: JournalEntry) -> ClientError | None:
        try:
            event = self._take_again(state.calendar_id, item.link.event_id, self._insert_body(state, item))
        except ClientError as exc:
            self._run.end(entry, exc)
            return exc
        self._run.end(entry)
        self._settle_google(item, event)
        return None

    def _take_again(self, calendar_id: str, event_id: str, body: Mapping[str, Any]) -> GoogleEvent:
        """The id was used before, by us: the event is there, or was deleted, which keeps its id for ever."""
        there = self._google.event(calendar_id, event_id)
        patch = changes(there.raw, with_all(self._fields, GOOGLE, there.raw, said(self._fields, GOOGLE, body)))
        patch |= {"extendedProperties": body["extendedProperties"], "status": "confirmed"}
        return self._google.patch(calendar_id, event_id, patch, there.etag)

    def _update_google(self, state: CalendarState, item: Item) -> None:
        link, before = item.link, item.raw(GOOGLE)
        self._intend(item, GOOGLE)
        journal = self._changes(GOOGLE, before, _merged(item).there)
        with self._run.writing(self._event(CalendarWrite.UPDATE_EVENT, link.event_id), journal):
            event = self._patch(state, item)
        self._settle_google(item, event)

    def _patch(self, state: CalendarState, item: Item) -> GoogleEvent:
        link = item.link
        patch = changes(item.raw(GOOGLE), _merged(item).there)
        body = {**patch, "extendedProperties": self._mark(state, item)}
        return self._google.patch(state.calendar_id, link.event_id, body, link.google.get("etag", ""))

    def _mark(self, state: CalendarState, item: Item) -> dict[str, Any]:
        stand = links.stand(_merged(item).there, self._zone)
        return links.mark(state.employee.kuerzel, _number(item.link), stand)

    def _delete_google(self, state: CalendarState, item: Item) -> None:
        link = item.link
        if not item.asked and not self._is_gone(link, state.employee.kuerzel):
            return  # Advoware still has it; its list did not say so
        intent = self._event(CalendarWrite.DELETE_EVENT, link.event_id)
        with self._run.writing(intent, self._changes(GOOGLE, item.raw(GOOGLE), {})), suppress(NotFound):
            # It may be gone already: somebody was faster.
            self._google.delete(state.calendar_id, link.event_id, link.google.get("etag", ""))
        bury(link)

    def _is_gone(self, link: CalendarLink, kuerzel: str) -> bool:
        try:
            return not belongs_to(self._advoware.appointment(_number(link)), kuerzel)
        except NotFound:
            return True

    # Advoware

    def _create(self, state: CalendarState, item: Item) -> None:
        link, kuerzel = item.link, state.employee.kuerzel
        values = dict(_merged(item).here)
        values |= owners_of_new(link.owners, values, kuerzel)
        self._intend(item, ADVOWARE)
        intent = WriteIntent(SystemName.ADVOWARE, CalendarWrite.CREATE_APPOINTMENT, APPOINTMENT, mark=link.event_id)
        with self._run.writing(intent, self._changes(ADVOWARE, {}, values)) as journal:
            found = self._created(state, values, journal)
            journal.target_id, link.number, link.writing["happened"] = str(found), found, True
            # Before the journal says that it is done, and nobody looks any more.
            link.save(update_fields=["number", "writing"])
        with suppress(NotFound):  # deleted already, as the next run will see
            values = dict(self._advoware.appointment(found).raw)
        # The event names its appointment: who looks in Google finds it, and so do we without a database.
        intent = self._event(CalendarWrite.MARK_EVENT, link.event_id)
        with self._run.writing(intent, {"frNr": [None, found]}):
            event = self._patch(state, item)
        item.now[ADVOWARE] = values
        self._settle_google(item, event)

    def _created(self, state: CalendarState, values: Mapping[str, object], journal: JournalEntry) -> int:
        """Its number. Where the answer was lost it is looked for at once, before a person can change it."""
        try:
            return self._advoware.create_appointment(values)
        except (AnswerLost, ServerTrouble, UnexpectedAnswer) as error:
            wanted = said(self._fields, ADVOWARE, values)
            first, last = days_of(_needed(span(self._fields, ADVOWARE, values)), self._zone)
            before = {each.link.number for each in state.items}
            with suppress(ClientError):
                rows = self._advoware.appointments(state.employee.kuerzel, first, last or first)
                listed = {row.number: row for row in rows if row.number not in before}
                if stray := lost.find(wanted, strays(listed), journal.begun_at, self._fields):
                    return stray.number
            raise error

    def _update_advoware(self, item: Item) -> None:
        appointment = _appointment(item)
        self._intend(item, ADVOWARE)
        intent = WriteIntent(
            SystemName.ADVOWARE, CalendarWrite.UPDATE_APPOINTMENT, APPOINTMENT, str(appointment.number)
        )
        before, wanted = appointment.raw, _merged(item).here
        with self._run.writing(intent, self._changes(ADVOWARE, before, wanted)):
            saved = self._advoware.save_appointment(appointment, changes(before, wanted))
        item.now[ADVOWARE] = saved.raw
        self._settle(item)

    def _delete_advoware(self, item: Item) -> None:
        appointment = _appointment(item)
        intent = WriteIntent(
            SystemName.ADVOWARE, CalendarWrite.DELETE_APPOINTMENT, APPOINTMENT, str(appointment.number)
        )
        with self._run.writing(intent, self._changes(ADVOWARE, appointment.raw, {})):
            self._advoware.delete_appointment(appointment)
        bury(item.link)

    # Links

    def _intend(self, item: Item, side: Side, *, event_id: str = "") -> None:
        """What the side will have when the write has happened, stored before it."""
        link, merged = item.link, _merged(item)
        link.event_id = link.event_id or event_id
        if link.state == LinkState.AGREED:
            link.state = LinkState.NEW
        if item.pair.bases and item.raw(ADVOWARE) and item.raw(GOOGLE):
            # What an earlier write told is known now, and would go with it when this one is noted in its place.
            link.agreed_advoware, link.agreed_google = to_store(item.pair.bases)
        put = {name: each.value for name, each in merged.outcomes.items() if side in each.to}
        if not item.raw(side):  # a new one will say the rest too, without being told
            put |= {name: each.of(side) for name, each in merged.outcomes.items() if each.what is Outcomes.AGREED}
        link.writing = {"side": "advoware" if side is ADVOWARE else "google", "put": to_json(put)}
        if side is GOOGLE:
            link.writing["stand"] = links.stand(merged.there, self._zone)
        link.changed_at = timezone.now()
        link.save()

    def _changes(self, side: Side, before: Raw, after: Raw) -> dict[str, list[Any]]:
        one, other = (form_of(said(self._fields, side, raw), self._zone) if raw else {} for raw in (before, after))
        return differing(one, other)

    def _settle_google(self, item: Item, event: GoogleEvent) -> None:
        item.link.google = links.told(event, item.link.employee_id, self._zone)
        item.now[GOOGLE] = item.link.google["event"] or {}
        self._settle(item)

    def _settle(self, item: Item) -> None:
        remember(item, self._zone)
        item.link.save()

    def _event(self, action: CalendarWrite, event_id: str) -> WriteIntent:
        return WriteIntent(SystemName.GOOGLE, action, EVENT, event_id[:200])


def remember(item: Item, zone: ZoneInfo) -> None:
    """On its link: what was compared, and what was written on the sides that `item.now` names."""
    link, outcomes = item.link, item.decision.outcomes
    here, there = (item.now.get(side) or item.raw(side) for side in Side)
    to_be_put = {
        name for name, each in outcomes.items() if each.what is Outcomes.PUT and not set(each.to) <= set(item.now)
    }
    fields = [each for each in declared(zone) if each.name in outcomes and each.name not in to_be_put]
    bases = dict(settled(fields, outcomes, item.pair.bases, here, there).bases)
    for each in fields:
        if outcomes[each.name].what is Outcomes.PUT and GOOGLE in outcomes[each.name].to:
            # Google answers with what became of our write; nobody can have come in between.
            bases[each.name] = replace(bases[each.name], there=each.there.get(there))
    link.agreed_advoware, link.agreed_google = to_store(bases) if bases else (None, None)
    link.writing = {}
    if item.now.get(ADVOWARE) or item.raw(ADVOWARE):
        link.owners = owners(here)
    if not to_be_put:
        link.state = LinkState.BY_HAND if item.decision.left_open else LinkState.AGREED
        link.reason, link.detail = "", item.decision.detail[:300]
    when = span(declared(zone), ADVOWARE, here)
    link.first_day, link.last_day = days_of(when, zone) if when else (None, None)
    link.changed_at = timezone.now()


def _merged(item: Item) -> Merged[Raw, Raw]:
    assert item.decision.merged is not None  # noqa: S101  every decision to write says what
    return item.decision.merged


def _needed(when: Span | None) -> Span:
    assert when is not None  # noqa: S101  nothing is created without its times
    return when


def _number(link: CalendarLink) -> int:
    assert link.number is not None  # noqa: S101  an appointment of Advoware has one
    return link.number


def _appointment(item: Item) -> Appointment:
    assert item.appointment is not None  # noqa: S101  what is changed in Advoware was read there
    return item.appointment
