"""Reads one employee's calendar on both sides: a call each where nothing changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.clients.errors import NotFound
from syncapp.clients.google import GoogleClient, GoogleEvent, SyncTokenExpired
from syncapp.engine import people
from syncapp.engine.run import Run
from syncapp.flows import directions
from syncapp.flows.calendar import from_advoware, links
from syncapp.flows.calendar.decide import Decision, Missing, Pair, Rules, Shown, Side, What, decide, same_in_google
from syncapp.flows.calendar.entries import Entry
from syncapp.flows.calendar.journal import CREATE, changes
from syncapp.flows.calendar.links import Window
from syncapp.flows.calendar.plan import ADVOWARE, Why
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.models import CalendarEmployee, CalendarLink

ASKED_SINGLY = 25  # appointments that Advoware's list lacks; more of them at once are rather an outage


def window() -> Window:
    today = timezone.localdate()
    config = settings.CONFIG
    return Window(today - timedelta(days=config.CALENDAR_DAYS_BACK), today + timedelta(days=config.CALENDAR_DAYS_AHEAD))


class Reader:
    def __init__(self, run: Run, advoware: AdvowareClient, google: GoogleClient) -> None:
        self._run, self._advoware, self._google = run, advoware, google
        self.zone = ZoneInfo(settings.CONFIG.ADVOWARE_TIME_ZONE)

    def read(self) -> CalendarState:
        config = settings.CONFIG
        employee = CalendarEmployee.objects.filter(pk=self._run.entity_id).first()
        rules = Rules(config.CALENDAR_CONFLICTS == "google", employee is None or employee.full_content)
        state = CalendarState(employee or CalendarEmployee(pk=self._run.entity_id), window(), rules)
        if employee is None or not employee.enabled:
            state.off = Why.CALENDAR_OFF if employee else Why.NOT_AN_EMPLOYEE
            return state
        state.closed = people.closed_by_hand(self._run.record)
        state.writable = ADVOWARE in directions.writable()
        state.limit = (config.CALENDAR_DELETION_LIMIT, config.CALENDAR_DELETION_PERCENT)
        state.share_with = employee.address if employee.address != employee.shared_with else ""
        known = {link.pk: link for link in CalendarLink.objects.filter(employee=employee)}
        rows = list(known.values())
        state.calendar_id = employee.calendar_id or self._find_calendar(employee)
        if state.calendar_id:
            rows = self._with_google(state, rows)
        state.items = list(self._items(state, rows))
        return state

    def _find_calendar(self, employee: CalendarEmployee) -> str:
        named = [row for row in self._google.calendars() if row.summary == employee.calendar_name]
        return min((row.id for row in named), default="")

    # Google

    def _with_google(self, state: CalendarState, rows: list[CalendarLink]) -> list[CalendarLink]:
        """The links as Google tells of them now; nothing of it is stored yet."""
        employee = state.employee
        token = employee.sync_token if employee.calendar_id else ""
        try:
            try:
                return self._told(state, rows, token)
            except SyncTokenExpired:
                return self._told(state, rows, "")
        except NotFound:
            state.calendar_gone = True
            state.calendar_id = ""
            return rows

    def _told(self, state: CalendarState, rows: list[CalendarLink], token: str) -> list[CalendarLink]:
        by_event = {link.event_id: link for link in rows if link.event_id}
        by_number = {link.number: link for link in rows if link.number is not None}
        changes = self._google.changes(state.calendar_id, sync_token=token or None)
        told: dict[str, CalendarLink] = {}
        for event in changes.events:
            link = by_event.get(event.id) or self._new_link(state, event, by_number)
            if link is None:
                continue
            by_event[event.id] = link
            link.event_id, link.google = event.id, links.told(event, state.employee.kuerzel, self.zone)
            told[event.id] = link
        if not token:
            # A whole list does not tell of deletions: what it lacks was deleted.
            for link in rows:
                kept: dict[str, Any] = link.google
                if kept and link.event_id not in told and not kept["deleted"]:
                    link.google = {**kept, "deleted": True, "event": None, "beyond": ""}
                    told[link.event_id] = link
        state.told, state.next_token = list(told.values()), changes.next_token
        known = {id(link) for link in rows}
        return [*rows, *(link for link in told.values() if id(link) not in known)]

    def _new_link(
        self, state: CalendarState, event: GoogleEvent, by_number: dict[int, CalendarLink]
    ) -> CalendarLink | None:
        """None: a deleted event that we never knew."""
        number = links.marked_number(event, state.employee.kuerzel)
        known = by_number.get(number) if number is not None else None
        if known is not None and not known.event_id:
            return known
        if event.deleted and not event.recurring_event_id:
            return None
        # A copy of one of our events bears its mark too, and is an event of its own.
        mine = number if known is None else None
        link = CalendarLink(employee=state.employee, number=mine, event_id=event.id)
        if mine is not None:
            by_number[mine] = link
        return link

    # Advoware

    def _items(self, state: CalendarState, rows: list[CalendarLink]) -> Iterable[Item]:
        employee, window = state.employee, state.window
        listed = {a.number: a for a in self._advoware.appointments(employee.kuerzel, window.first, window.last)}
        self._find_lost_creations(state, rows, listed)
        known = {link.number for link in rows}
        for number in listed:
            if number not in known:
                rows.append(CalendarLink(employee=employee, number=number))
        events = {link.event_id for link in rows}
        missing = [link for link in rows if link.number is not None and link.number not in listed]
        unsure = [link for link in missing if self._has_to_be_asked(link, state)]
        ask = len(unsure) <= ASKED_SINGLY
        for link in rows:
            if link.google.get("parent") and link.google["parent"] not in events:
                continue  # an occurrence of a series that is not there any more
            if link.number in listed:
                appointment: Appointment | None = listed[link.number]
                side: Side = self.advoware_side(listed[link.number])
                asked = True
            elif link.number is not None and link in unsure:
                side, appointment = self._asked(link, employee.kuerzel) if ask else (Missing.GONE, None)
                asked = ask
            else:
                side, appointment, asked = self._unasked(link), None, False
            yield self._item(link, side, appointment, state, asked=asked)

    def _find_lost_creations(
        self, state: CalendarState, rows: list[CalendarLink], listed: dict[int, Appointment]
    ) -> None:
        """An appointment that an earlier run made though its answer was lost: it is what was sent, and nobody's."""
        by_event = {link.event_id: link for link in rows if link.number not in listed}
        taken = set(CalendarLink.objects.filter(number__in=listed).values_list("number", flat=True))
        for journal in self._run.unsettled_writes(CREATE):
            link = by_event.get(journal.mark)
            for number, appointment in listed.items() if link is not None else ():
                side = self.advoware_side(appointment)
                if number in taken or side.entry is None or changes(None, side.entry) != journal.changes:
                    continue
                assert link is not None  # noqa: S101  the loop is empty without one
                link.number = number
                link.agreed_advoware = link.agreed_google = side.entry.to_json()
                taken.add(number)
                state.found[journal.pk] = number
                break

    def _has_to_be_asked(self, link: CalendarLink, state: CalendarState) -> bool:
        """Not in the list though it should be; or outside of its days, but Google's side moved."""
        if state.window.touches(link):
            return True
        google = links.google_side(link)
        if not isinstance(google, Shown):
            return google is Missing.GONE
        return not same_in_google(links.entry(link.agreed_google), google.entry, state.rules)

    def _unasked(self, link: CalendarLink) -> Missing:
        return Missing.NEVER if link.number is None else Missing.OUTSIDE

    def _asked(self, link: CalendarLink, kuerzel: str) -> tuple[Side, Appointment | None]:
        """GONE also when it belongs to somebody else now: then it is to go from this calendar only."""
        assert link.number is not None  # noqa: S101  only such are asked for
        try:
            appointment = self._advoware.appointment(link.number)
        except NotFound:
            return Missing.GONE, None
        if not belongs_to(appointment, kuerzel):
            return Missing.GONE, appointment
        return self.advoware_side(appointment), appointment

    def advoware_side(self, appointment: Appointment) -> Shown:
        derived = from_advoware.is_derived(appointment.number, appointment.text("art"))
        try:
            return Shown(from_advoware.entry_of(appointment.text, self.zone), derived)
        except from_advoware.Unreadable as exc:
            return Shown(None, derived, unreadable=str(exc))

    def _item(
        self, link: CalendarLink, side: Side, appointment: Appointment | None, state: CalendarState, *, asked: bool
    ) -> Item:
        google = links.google_side(link)
        agreed_advoware, agreed_google = own_writes_settled(link, side)
        reassigned = side is Missing.GONE and appointment is not None
        if reassigned and isinstance(google, Shown):
            agreed_google = google.entry  # whatever Google has: it goes from this calendar, it is not created again
        # A copy of one of our events bears its mark too, but stands for no appointment.
        marked = link.number is not None and link.google.get("mark") is not None
        pair = Pair(side, google, agreed_advoware, agreed_google, marked)
        decision = decide(pair, state.rules)
        if decision.what is What.CREATE and decision.entry is not None and not state.window.holds(decision.entry):
            # Advoware's list would not show it, so nobody could tell whether it was created. Its time will come.
            decision = Decision(What.LEAVE)
        return Item(link, pair, decision, appointment, asked)


def own_writes_settled(link: CalendarLink, advoware: Side) -> tuple[Entry | None, Entry | None]:
    """The last agreement as it would be had we noted our last write: what we wrote was no person's change."""
    agreed = links.entry(link.agreed_advoware), links.entry(link.agreed_google)
    if not link.writing:
        return agreed
    written = links.entry(link.writing["advoware"]), links.entry(link.writing["google"])
    if link.writing["side"] == "google":
        happened = written[1] is not None and link.google.get("written") == links.stand(written[1])
    else:
        happened = isinstance(advoware, Shown) and advoware.entry == written[0]
    return written if happened else agreed


def belongs_to(appointment: Appointment, kuerzel: str) -> bool:
    return kuerzel.casefold() in {appointment.text(name).casefold() for name in ("sb", "anwalt")}
