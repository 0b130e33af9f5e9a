"""Writes appointments on both sides, one at a time; each is in the journal and on its link before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.clients.errors import AnswerLost, ClientError, Duplicate, NotFound, ServerTrouble, UnexpectedAnswer
from syncapp.clients.google import EventWrite, GoogleClient, GoogleEvent, Kind
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.calendar import from_advoware, from_google, links, lost
from syncapp.flows.calendar.appointments import belongs_to, shown, strays
from syncapp.flows.calendar.decide import Shown, What
from syncapp.flows.calendar.entries import Entry, changes, kept_as
from syncapp.flows.calendar.journal import CalendarWrite
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.models import CalendarLink, JournalEntry, LinkState, SystemName

EVENT, APPOINTMENT = "Termin (Google)", "Termin"


class Writer:
    def __init__(self, run: Run, advoware: AdvowareClient, google: GoogleClient, zone: ZoneInfo) -> None:
        self._run, self._advoware, self._google, self._zone = run, advoware, google, zone

    def write(self, state: CalendarState, item: Item) -> None:
        """All but inserts, which go out several at a time. Raises `ClientError`; the link holds the agreement then."""
        match item.decision.what:
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
                self._forget(item.link)

    # Google

    def insert(self, state: CalendarState, items: Sequence[Item]) -> list[ClientError | None]:
        """Up to `BATCH_LIMIT` new events in one call; what became of each. An appointment's error stops no other."""
        writes = []
        for item in items:
            event_id = item.link.event_id or links.event_id(state.employee.kuerzel, _number(item.link))
            self._intend(item.link, "google", item, event_id=event_id)
            body = self._insert_body(state, item)
            writes.append(EventWrite(Kind.INSERT, state.calendar_id, event_id, body))
        journal = self._run.begin(
            (self._event(CalendarWrite.INSERT_EVENT, write.event_id), changes(None, item.decision.entry))
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
                self._settle(item.link, item, result)
            errors.append(error)
        return errors

    def _insert_body(self, state: CalendarState, item: Item) -> dict[str, Any]:
        entry = _needed(item.decision.entry)
        mark = links.mark(state.employee.kuerzel, _number(item.link), self._as_google_keeps(entry))
        return {**self._body(entry), "extendedProperties": mark}

    def _inserted_before(self, state: CalendarState, item: Item, entry: JournalEntry) -> ClientError | None:
        try:
            event = self._take_again(state.calendar_id, item.link.event_id, self._insert_body(state, item))
        except ClientError as exc:
            self._run.end(entry, exc)
            return exc
        self._run.end(entry)
        self._settle(item.link, item, event)
        return None

    def _take_again(self, calendar_id: str, event_id: str, body: Mapping[str, Any]) -> GoogleEvent:
        """The id was used before, by us: the event is there, or was deleted, which keeps its id for ever."""
        there = self._google.event(calendar_id, event_id)
        return self._google.update(calendar_id, event_id, {**body, "status": "confirmed"}, there.etag)

    def _update_google(self, state: CalendarState, item: Item) -> None:
        link, entry = item.link, _needed(item.decision.entry)
        self._intend(link, "google", item)
        mark = links.mark(state.employee.kuerzel, _number(link), self._as_google_keeps(entry))
        body = {**patched(self._body(entry)), "extendedProperties": mark, "status": "confirmed"}
        before = item.pair.google.entry if isinstance(item.pair.google, Shown) else None
        with self._run.writing(self._event(CalendarWrite.UPDATE_EVENT, link.event_id), changes(before, entry)):
            event = self._google.patch(state.calendar_id, link.event_id, body, link.google.get("etag", ""))
        self._settle(link, item, event)

    def _delete_google(self, state: CalendarState, item: Item) -> None:
        link = item.link
        if not item.asked and not self._is_gone(link, state.employee.kuerzel):
            return  # Advoware still has it; its list did not say so
        before = links.entry(link.agreed_google)
        intent = self._event(CalendarWrite.DELETE_EVENT, link.event_id)
        with self._run.writing(intent, changes(before, None)), suppress(NotFound):
            # It may be gone already: somebody was faster.
            self._google.delete(state.calendar_id, link.event_id, link.google.get("etag", ""))
        self._forget(link)

    def _is_gone(self, link: CalendarLink, kuerzel: str) -> bool:
        try:
            return not belongs_to(self._advoware.appointment(_number(link)), kuerzel)
        except NotFound:
            return True

    # Advoware

    def _create(self, state: CalendarState, item: Item) -> None:
        link, entry = item.link, _needed(item.decision.entry)
        values = {**from_advoware.values_of(entry), "sb": state.employee.kuerzel}
        self._intend(link, "advoware", item)
        intent = WriteIntent(SystemName.ADVOWARE, CalendarWrite.CREATE_APPOINTMENT, APPOINTMENT, mark=link.event_id)
        with self._run.writing(intent, changes(None, entry)) as journal:
            found = self._created(state, entry, values, journal)
            journal.target_id, link.number = str(found), found
            link.save(update_fields=["number"])  # before the journal says that it is done, and nobody looks any more
        kept = self._kept(found, entry)
        # The event names its appointment: who looks in Google finds it, and so do we without a database.
        intent = self._event(CalendarWrite.MARK_EVENT, link.event_id)
        with self._run.writing(intent, {"frNr": [None, found]}):
            mark = links.mark(state.employee.kuerzel, found, self._outcome(item)[1])
            marked = {"extendedProperties": mark}
            event = self._google.patch(state.calendar_id, link.event_id, marked, link.google.get("etag", ""))
        self._settle(link, item, event, kept)

    def _created(self, state: CalendarState, entry: Entry, values: Mapping[str, object], journal: JournalEntry) -> int:
        """Its number. Where the answer was lost it is looked for at once, before a person can change it."""
        try:
            return self._advoware.create_appointment(values)
        except (AnswerLost, ServerTrouble, UnexpectedAnswer) as error:
            first, last = links.days(entry)
            before = {each.link.number for each in state.items}
            with suppress(ClientError):
                rows = self._advoware.appointments(state.employee.kuerzel, first, last or first)
                listed = {row.number: row for row in rows if row.number not in before}
                if stray := lost.find(entry, strays(listed, self._zone), journal.begun_at):
                    return stray.number
            raise error

    def _kept(self, number: int, entry: Entry) -> Entry:
        """What Advoware made of it: it may cut texts off."""
        try:
            return self._as_kept(self._advoware.appointment(number), entry)
        except NotFound:
            return entry  # deleted already, as the next run will see

    def _as_kept(self, appointment: Appointment, sent: Entry) -> Entry:
        there = shown(appointment, self._zone).entry
        return there if there is not None and kept_as(sent, there) else sent

    def _update_advoware(self, item: Item) -> None:
        link, entry = item.link, _needed(item.decision.entry)
        appointment = _appointment(item)
        before = item.pair.advoware.entry if isinstance(item.pair.advoware, Shown) else None
        values = {name: appointment.text(name) for name in from_advoware.values_of(entry)}
        self._intend(link, "advoware", item)
        intent = WriteIntent(
            SystemName.ADVOWARE, CalendarWrite.UPDATE_APPOINTMENT, APPOINTMENT, str(appointment.number)
        )
        with self._run.writing(intent, changes(before, entry)):
            saved = self._advoware.save_appointment(appointment, from_advoware.changed(values, entry))
        self._settle(link, item, None, self._as_kept(saved, entry))

    def _delete_advoware(self, item: Item) -> None:
        link, appointment = item.link, _appointment(item)
        before = links.entry(link.agreed_advoware)
        intent = WriteIntent(
            SystemName.ADVOWARE, CalendarWrite.DELETE_APPOINTMENT, APPOINTMENT, str(appointment.number)
        )
        with self._run.writing(intent, changes(before, None)):
            self._advoware.delete_appointment(appointment)
        self._forget(link)

    # Links

    def _intend(self, link: CalendarLink, side: str, item: Item, *, event_id: str = "") -> None:
        """What both sides will have when the write has happened, stored before it."""
        advoware, google = self._outcome(item)
        link.event_id = link.event_id or event_id
        if link.state == LinkState.AGREED:
            link.state = LinkState.NEW
        link.writing = {"side": side, "advoware": advoware.to_json(), "google": google.to_json()}
        link.changed_at = timezone.now()
        link.save()

    def _outcome(self, item: Item) -> tuple[Entry, Entry]:
        entry = _needed(item.decision.entry)
        if item.decision.towards_advoware:
            shown = item.pair.google.entry if isinstance(item.pair.google, Shown) else None
            return entry, shown or entry
        theirs = item.pair.advoware.entry if isinstance(item.pair.advoware, Shown) else None
        return theirs or entry, self._as_google_keeps(entry)

    def _as_google_keeps(self, entry: Entry) -> Entry:
        return from_google.entry_of(from_google.body_of(entry, self._zone).body, self._zone)

    def _settle(self, link: CalendarLink, item: Item, event: GoogleEvent | None, kept: Entry | None = None) -> None:
        """`kept`: what Advoware has now."""
        advoware, google = self._outcome(item)
        advoware = kept or advoware
        if event is not None:
            link.google = links.told(event, link.employee_id, self._zone)
            google = links.entry(link.google["event"]) or google
        agree(link, advoware, google)

    def _forget(self, link: CalendarLink) -> None:
        if link.pk is not None:
            link.delete()

    def _body(self, entry: Entry) -> Mapping[str, Any]:
        return from_google.body_of(entry, self._zone).body

    def _event(self, action: CalendarWrite, event_id: str) -> WriteIntent:
        return WriteIntent(SystemName.GOOGLE, action, EVENT, event_id[:200])


def patched(body: Mapping[str, Any]) -> dict[str, Any]:
    """For a patch, which leaves what it does not name: a day in place of a time, or the other way round, says both."""
    empty = {"date": None, "dateTime": None, "timeZone": None}
    times = {name: empty | body[name] for name in ("start", "end")}
    return {**body, **times, "recurrence": body["recurrence"] or None}


def agree(link: CalendarLink, advoware: Entry, google: Entry) -> None:
    link.agreed_advoware, link.agreed_google = advoware.to_json(), google.to_json()
    link.writing, link.state, link.reason, link.detail = {}, LinkState.AGREED, "", ""
    link.first_day, link.last_day = links.days(advoware)
    link.changed_at = timezone.now()
    link.save()


def _needed(entry: Entry | None) -> Entry:
    assert entry is not None  # noqa: S101  every decision to write says what
    return entry


def _number(link: CalendarLink) -> int:
    assert link.number is not None  # noqa: S101  an appointment of Advoware has one
    return link.number


def _appointment(item: Item) -> Appointment:
    assert item.appointment is not None  # noqa: S101  what is changed in Advoware was read there
    return item.appointment
