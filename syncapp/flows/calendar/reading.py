"""Reads one employee's calendar on both sides: a call each where nothing changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.clients.errors import NotFound
from syncapp.clients.google import GoogleClient, GoogleEvent, SyncTokenExpired
from syncapp.engine.runs.run import Run
from syncapp.flows import directions
from syncapp.flows.calendar import links, lost, pairing
from syncapp.flows.calendar.agreement import to_json
from syncapp.flows.calendar.appointments import belongs_to, shown, strays
from syncapp.flows.calendar.decide import Decision, Missing, Pair, Rules, Shown, Shows, What, decide, edited
from syncapp.flows.calendar.fields import ADVOWARE as IN_ADVOWARE
from syncapp.flows.calendar.fields import GOOGLE, declared, said, span
from syncapp.flows.calendar.journal import CalendarWrite
from syncapp.flows.calendar.known import AT_ONCE, Buried, Known, in_parts
from syncapp.flows.calendar.links import Window
from syncapp.flows.calendar.plan import ADVOWARE, Why
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.lens.declaration import Base
from syncapp.models import CalendarEmployee, CalendarLink
from syncapp.people import tasks

ASKED_SINGLY = 25  # appointments that Advoware's list lacks; more of them at once are rather an outage


def window() -> Window:
    today = timezone.localdate()
    config = settings.CONFIG
    return Window(today - timedelta(days=config.CALENDAR_DAYS_BACK), today + timedelta(days=config.CALENDAR_DAYS_AHEAD))


class Reader:
    def __init__(self, run: Run, advoware: AdvowareClient, google: GoogleClient) -> None:
        self._run, self._advoware, self._google = run, advoware, google
        self.zone = ZoneInfo(settings.CONFIG.ADVOWARE_TIME_ZONE)
        self._buried = Buried(run.entity_id)

    def rules(self, *, full_content: bool) -> Rules:
        return Rules(self.zone, settings.CONFIG.CALENDAR_CONFLICTS == "google", full_content)

    def read(self) -> CalendarState:
        config = settings.CONFIG
        employee = CalendarEmployee.objects.filter(pk=self._run.entity_id).first()
        rules = self.rules(full_content=employee is None or employee.full_content)
        state = CalendarState(employee or CalendarEmployee(pk=self._run.entity_id), window(), rules)
        if employee is None or not employee.enabled:
            state.off = Why.CALENDAR_OFF if employee else Why.NOT_AN_EMPLOYEE
            return state
        state.closed = tasks.closed_by_hand(self._run.record)
        state.writable = ADVOWARE in directions.writable()
        state.limit = (config.CALENDAR_DELETION_LIMIT, config.CALENDAR_DELETION_PERCENT)
        state.share_with = employee.address if employee.address != employee.shared_with else ""
        state.calendar_id = employee.calendar_id or self._find_calendar(employee)
        known = self._with_google(state) if state.calendar_id else Known(employee, state.window, whole=True)
        state.items = list(self._items(state, known))
        return state

    def _find_calendar(self, employee: CalendarEmployee) -> str:
        named = [row for row in self._google.calendars() if row.summary == employee.calendar_name]
        return min((row.id for row in named), default="")

    # Google

    def _with_google(self, state: CalendarState) -> Known:
        """The links as Google tells of them now; nothing of it is stored yet."""
        employee = state.employee
        token = employee.sync_token if employee.calendar_id else ""
        try:
            try:
                return self._told(state, token)
            except SyncTokenExpired:
                return self._told(state, "")
        except NotFound:
            state.calendar_gone = True
            state.calendar_id = ""
            return Known(employee, state.window, whole=True)

    def _told(self, state: CalendarState, token: str) -> Known:
        known = Known(state.employee, state.window, whole=not token)
        changes = self._google.changes(state.calendar_id, sync_token=token or None)
        told: dict[str, CalendarLink] = {}
        for part in in_parts(changes.events, AT_ONCE):
            numbers = (links.marked_number(event, state.employee.kuerzel) for event in part)
            known.fetch_events(event.id for event in part)
            known.fetch_numbers(number for number in numbers if number is not None)
            for event in part:
                link = known.by_event.get(event.id) or self._new_link(state, event, known)
                if link is not None:
                    link.google = links.told(event, state.employee.kuerzel, self.zone)
                    links.place(link, self.zone)
                    told[event.id] = link
        if not token:
            # A whole list does not tell of deletions: what it lacks was deleted.
            for link in known.rows:
                kept: dict[str, Any] = link.google
                if kept and link.event_id not in told and not kept["deleted"]:
                    link.google = {**kept, "deleted": True, "event": None}
                    told[link.event_id] = link
        state.told, state.next_token = list(told.values()), changes.next_token
        return known

    def _new_link(self, state: CalendarState, event: GoogleEvent, known: Known) -> CalendarLink | None:
        """None: a deleted event that we never knew."""
        number = links.marked_number(event, state.employee.kuerzel)
        link = known.by_number.get(number) if number is not None else None
        if link is not None and not link.event_id:
            link.event_id = event.id
            known.by_event[event.id] = link
            return link
        if event.deleted and not event.recurring_event_id:
            return None
        # A copy of one of our events bears its mark too, and is an event of its own.
        link = CalendarLink(employee=state.employee, number=number if link is None else None, event_id=event.id)
        known.add(link)
        return link

    # Advoware

    def _items(self, state: CalendarState, known: Known) -> Iterable[Item]:
        employee, window = state.employee, state.window
        shown_to = self._advoware.appointments(employee.kuerzel, window.first, window.last)
        listed = {each.number: each for each in shown_to if belongs_to(each, employee.kuerzel)}
        known.fetch_numbers(listed)
        self._find_lost_creations(state, known, listed)
        self._pair_what_is_the_same(state, known, listed)
        for number in listed:
            if number not in known.by_number:
                event_id = self._buried.event_of(number)
                known.fetch_events([event_id] if event_id else [])
                event_id = "" if event_id in known.by_event else event_id
                known.add(CalendarLink(employee=employee, number=number, event_id=event_id))
        known.fetch_events([link.google["parent"] for link in known.rows if link.google.get("parent")])
        ask = self._to_be_asked(state, known, listed)
        for link in known.rows:
            if self._lost_its_series(link, known):
                yield Item(link, Pair(Missing.NEVER, Missing.GONE), Decision(What.FORGET))
            elif link.number in listed:
                side: Shows = shown(listed[link.number])
                yield self._item(link, side, listed[link.number], state, asked=True)
            elif id(link) in ask:
                side, appointment = self._asked(link, employee.kuerzel)
                yield self._item(link, side, appointment, state, asked=True)
            else:
                yield self._item(link, self._unasked(link, state), None, state, asked=False)

    def _pair_what_is_the_same(self, state: CalendarState, known: Known, listed: Mapping[int, Appointment]) -> None:
        """Before anything is created: both sides may have been filled by others."""
        new = {
            number: found.raw
            for number, found in listed.items()
            if number not in known.by_number and not self._buried.event_of(number)
        }
        events = {
            link.event_id: link.google["event"]
            for link in known.rows
            if link.number is None and not link.writing and link.google.get("event") and not self._buried.of(link)
        }
        for event_id, number in pairing.pairs(new, events, self.zone).items() if new and events else ():
            link = known.by_event[event_id]
            link.number = number
            known.by_number[number] = link
            if link not in state.told:
                state.told.append(link)

    def _lost_its_series(self, link: CalendarLink, known: Known) -> bool:
        parent = link.google.get("parent")
        series = known.by_event.get(parent) if parent else None
        return bool(parent) and (series is None or bool(series.google.get("deleted")))

    def _to_be_asked(self, state: CalendarState, known: Known, listed: Mapping[int, Appointment]) -> set[int]:
        """Links about which Advoware is asked singly, by their `id()`: first those whose event has moved on, which
        would else be taken for deleted, and all others only if they are few."""
        missing = [link for link in known.rows if link.number is not None and link.number not in listed]
        moved = [link for link in missing if self._moved_in_google(link, state)]
        still = [link for link in missing if state.window.touches(link) and not self._moved_in_google(link, state)]
        chosen = moved[:ASKED_SINGLY] + (still if len(moved) + len(still) <= ASKED_SINGLY else [])
        return {id(link) for link in chosen}

    def _find_lost_creations(self, state: CalendarState, known: Known, listed: Mapping[int, Appointment]) -> None:
        """Appointments that an earlier run made though its answer was lost."""
        journals = self._run.unsettled_writes(CalendarWrite.CREATE_APPOINTMENT)
        free = strays(listed) if journals else []
        for journal in journals:
            link = known.by_event.get(journal.mark)
            if link is None:
                continue
            if link.number is not None and link.number in listed:
                state.found[journal.pk] = link.number
                continue
            wanted = lost.sent(journal.changes, self.zone)
            stray = lost.find(wanted, free, journal.begun_at, declared(self.zone))
            if stray is None:
                continue
            free.remove(stray)
            link.number = stray.number
            link.writing = {"side": "advoware", "put": to_json(wanted), **link.writing, "happened": True}
            known.by_number[stray.number] = link
            state.found[journal.pk] = stray.number

    def _moved_in_google(self, link: CalendarLink, state: CalendarState) -> bool:
        google = links.google_side(link)
        if not isinstance(google, Shown):
            return google is Missing.GONE
        pair = Pair(Missing.OUTSIDE, google, links.bases(link, Missing.OUTSIDE, google, self.zone))
        return edited(pair, GOOGLE, google.raw, state.rules)

    def _unasked(self, link: CalendarLink, state: CalendarState) -> Missing:
        """Too many are missing at once to be asked for: what is still as agreed is to go, if Advoware confirms it."""
        if link.number is None:
            return Missing.NEVER
        still = state.window.touches(link) and not self._moved_in_google(link, state)
        return Missing.GONE if still else Missing.OUTSIDE

    def _asked(self, link: CalendarLink, kuerzel: str) -> tuple[Shows, Appointment | None]:
        """GONE also when it belongs to somebody else now: then it is to go from this calendar only."""
        assert link.number is not None  # noqa: S101  only such are asked for
        try:
            appointment = self._advoware.appointment(link.number)
        except NotFound:
            return Missing.GONE, None
        if not belongs_to(appointment, kuerzel):
            return Missing.GONE, appointment
        return shown(appointment), appointment

    def _lacks_its_mark(self, link: CalendarLink, google: Shows) -> bool:
        writable = isinstance(google, Shown) and not google.read_only
        return writable and link.number is not None and link.google.get("mark") != link.number

    def _item(
        self, link: CalendarLink, side: Shows, appointment: Appointment | None, state: CalendarState, *, asked: bool
    ) -> Item:
        google = links.google_side(link)
        tombstone = self._buried.of(link)
        bases = links.bases(link, side, google, self.zone, tombstone)
        reassigned = side is Missing.GONE and appointment is not None
        if reassigned and isinstance(google, Shown):
            # Whatever Google has: it goes from this calendar, it is not created again.
            bases = {name: Base(value, value) for name, value in said(state.rules.fields, GOOGLE, google.raw).items()}
        # A copy of one of our events bears its mark too, but stands for no appointment.
        marked = link.number is not None and link.google.get("mark") is not None
        pair = Pair(side, google, bases, marked, restored=tombstone is not None and not reassigned)
        decision = decide(pair, state.rules)
        if decision.what is What.CREATE and not self._lies_in(state, decision):
            # Advoware's list would not show it, so nobody could tell whether it was created. Its time will come.
            decision = Decision(What.LEAVE)
        if decision.what is What.NOTHING and isinstance(side, Shown) and self._lacks_its_mark(link, google):
            # A creation was cut short before the event was told its number.
            decision = replace(decision, what=What.UPDATE_GOOGLE)
        if decision.what is What.BY_HAND and link.agreed_advoware is None and not state.window.touches(link):
            decision = Decision(What.LEAVE)  # it is over, or far ahead
        return Item(link, pair, decision, appointment, asked)

    def _lies_in(self, state: CalendarState, decision: Decision) -> bool:
        assert decision.merged is not None  # noqa: S101  what is created is known
        when = span(state.rules.fields, IN_ADVOWARE, decision.merged.here)
        return when is not None and state.window.holds(when, self.zone)
