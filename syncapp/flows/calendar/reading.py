"""Reads one employee's calendar on both sides: a call each where nothing changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.clients.errors import NotFound, UnexpectedAnswer
from syncapp.clients.google import GoogleClient
from syncapp.clients.http.parse import MALFORMED
from syncapp.engine.runs.run import Run
from syncapp.flows import directions
from syncapp.flows.calendar import links, occurrences, refusals, unpaired
from syncapp.flows.calendar.appointments import belongs_to, shown
from syncapp.flows.calendar.decide import WHICH, decide, edited
from syncapp.flows.calendar.decision import Decision, What
from syncapp.flows.calendar.fields import ADVOWARE as IN_ADVOWARE
from syncapp.flows.calendar.fields import GOOGLE, said, span
from syncapp.flows.calendar.known import Buried, Known
from syncapp.flows.calendar.links import Window
from syncapp.flows.calendar.needs import ADVOWARE
from syncapp.flows.calendar.plan import Why
from syncapp.flows.calendar.recovering import LostCreations
from syncapp.flows.calendar.sides import Missing, Pair, Rules, Shown, Shows
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.calendar.telling import Telling
from syncapp.flows.lens.declaration import Base
from syncapp.models import CalendarEmployee, CalendarLink
from syncapp.people import tasks

log = structlog.get_logger(__name__)

ASKED_SINGLY = 25  # appointments that Advoware's list lacks; more of them at once are rather an outage


def window() -> Window:
    today = timezone.localdate()
    config = settings.CONFIG
    return Window(today - timedelta(days=config.CALENDAR_DAYS_BACK), today + timedelta(days=config.CALENDAR_DAYS_AHEAD))


class Reader:
    """`new`: the employee, where none of that Kürzel is known yet."""

    def __init__(
        self, run: Run, advoware: AdvowareClient, google: GoogleClient, new: CalendarEmployee | None = None
    ) -> None:
        self._run, self._advoware, self._google, self._new = run, advoware, google, new
        self.zone = ZoneInfo(settings.CONFIG.ADVOWARE_TIME_ZONE)
        self._buried = Buried(run.entity_id)

    def rules(self, *, full_content: bool) -> Rules:
        return Rules(self.zone, settings.CONFIG.CALENDAR_CONFLICTS == "google", full_content)

    def read(self) -> CalendarState:
        config = settings.CONFIG
        employee = CalendarEmployee.objects.filter(pk=self._run.entity_id).first() or self._new
        rules = self.rules(full_content=employee is None or employee.full_content)
        state = CalendarState(employee or CalendarEmployee(pk=self._run.entity_id), window(), rules)
        if employee is None or not employee.enabled:
            state.off = Why.CALENDAR_OFF if employee else Why.NOT_AN_EMPLOYEE
            return state
        state.closed = tasks.closed_by_hand(self._run.record)
        state.writable = ADVOWARE in directions.writable()
        state.limit = (config.CALENDAR_DELETION_LIMIT, config.CALENDAR_DELETION_PERCENT)
        state.share_with = "" if employee.is_shared else employee.address
        state.calendar_id = employee.calendar_id or self._find_calendar(employee)
        known = self._with_google(state) if state.calendar_id else Known(employee, state.window, whole=True)
        state.items = list(self._items(state, known))
        return state

    def _find_calendar(self, employee: CalendarEmployee) -> str:
        """Not one of that name that somebody only shows to us."""
        ours = (row for row in self._google.calendars() if row.is_ours_to_write)
        named = [row for row in ours if row.summary == employee.calendar_name]
        return min((row.id for row in named), default="")

    def _with_google(self, state: CalendarState) -> Known:
        return Telling(self._google, self.zone).links(state)

    def _items(self, state: CalendarState, known: Known) -> Iterable[Item]:
        employee, window = state.employee, state.window
        shown_to = self._advoware.appointments(employee.kuerzel, window.first, window.last, _malformed)
        listed = {each.number: each for each in shown_to if belongs_to(each, employee.kuerzel)}
        known.fetch_numbers(listed)
        known.follow_marks(listed)
        LostCreations(self._run, self._advoware, self.zone).find(state, known, listed)
        unpaired.pair(state, known, listed, self._buried, self._is_gone, self.zone)
        for number in listed:
            if number not in known.by_number:
                event_id = self._buried.event_of(number)
                known.fetch_events([event_id] if event_id else [])
                event_id = "" if event_id in known.by_event else event_id
                known.add(CalendarLink(employee=employee, number=number, event_id=event_id))
        known.fetch_events([link.google["parent"] for link in known.rows if link.google.get("parent")])
        ask = self._to_be_asked(state, known, listed)
        for link in known.rows:
            if parent := link.google.get("parent"):
                yield self._occurrence(link, known.by_event.get(parent), state)
            elif link.number in listed:
                side: Shows = shown(listed[link.number])
                yield self._item(link, side, listed[link.number], state, asked=True)
            elif id(link) in ask:
                side, appointment = self._asked(link, employee.kuerzel)
                yield self._item(link, side, appointment, state, asked=True)
            else:
                yield self._item(link, self._unasked(link, state), None, state, asked=False)

    def _occurrence(self, link: CalendarLink, series: CalendarLink | None, state: CalendarState) -> Item:
        """Advoware knows no single ones: a person enters what became of it."""
        if series is None or series.google.get("deleted"):
            return Item(link, Pair(Missing.NEVER, Missing.GONE), Decision(What.FORGET))
        pair = Pair(Missing.NEVER, links.google_side(link))
        if occurrences.is_as_in_series(link.google, series.google, self.zone):
            return Item(link, pair, Decision(What.NOTHING))
        if not state.window.touches(link):
            return Item(link, pair, Decision(What.LEAVE))  # it is over, or far ahead
        return Item(link, pair, decide(pair, state.rules))

    def _to_be_asked(self, state: CalendarState, known: Known, listed: Mapping[int, Appointment]) -> set[int]:
        """Links about which Advoware is asked singly, by their `id()`: first those whose event has moved on, which
        would else be taken for deleted, and all others only if they are few."""
        missing = [link for link in known.rows if link.number is not None and link.number not in listed]
        moved = [link for link in missing if self._moved_in_google(link, state)]
        still = [link for link in missing if state.window.touches(link) and not self._moved_in_google(link, state)]
        chosen = moved[:ASKED_SINGLY] + (still if len(moved) + len(still) <= ASKED_SINGLY else [])
        return {id(link) for link in chosen}

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

    def _is_gone(self, number: int) -> bool:
        return self._asked(CalendarLink(number=number), self._run.entity_id)[0] is Missing.GONE

    def _asked(self, link: CalendarLink, kuerzel: str) -> tuple[Shows, Appointment | None]:
        """GONE also when it belongs to somebody else now: then it is to go from this calendar only."""
        assert link.number is not None  # noqa: S101  only such are asked for
        try:
            appointment = self._advoware.appointment(link.number)
        except NotFound:
            return Missing.GONE, None
        except UnexpectedAnswer as exc:
            if exc.code != MALFORMED:
                raise
            _malformed(None)  # nothing is known about this one, and that stops no other
            return Missing.OUTSIDE, None
        if not belongs_to(appointment, kuerzel):
            return Missing.GONE, appointment
        return shown(appointment), appointment

    def _lacks_its_mark(self, link: CalendarLink, google: Shows) -> bool:
        writable = isinstance(google, Shown) and not google.fixed
        return writable and link.number is not None and link.google.get("mark") != link.number

    def _item(
        self, link: CalendarLink, side: Shows, appointment: Appointment | None, state: CalendarState, *, asked: bool
    ) -> Item:
        side = refusals.as_it_lets_us(link, IN_ADVOWARE, side)
        google = refusals.as_it_lets_us(link, GOOGLE, links.google_side(link))
        tombstone = self._buried.of(link)
        if tombstone is not None:
            link.owners = tombstone.owners
        bases = links.bases(link, side, google, self.zone, tombstone)
        reassigned = side is Missing.GONE and appointment is not None
        if reassigned and isinstance(google, Shown):
            # Whatever Google has: it goes from this calendar, it is not created again.
            bases = {name: Base(value, value) for name, value in said(state.rules.fields, GOOGLE, google.raw).items()}
        # A copy of one of our events bears its mark too, but stands for no appointment.
        marked = link.number is not None and link.google.get("mark") is not None
        again, refused = tombstone is not None and not reassigned, refusals.refused_values(link, self.zone)
        pair = Pair(side, google, bases, marked, restored=again, refused=refused)
        decision = decide(pair, state.rules)
        if decision.what is What.CREATE and not bases and not self._lies_in(state, decision):
            decision = Decision(What.LEAVE)  # an import of years ago is nobody's wish; the time of the others will come
        if unpaired.is_asked(link, state):
            decision = Decision(What.ASK, detail=WHICH)
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


def _malformed(_row: object) -> None:
    log.warning("advoware.malformed_row", what="appointment")
