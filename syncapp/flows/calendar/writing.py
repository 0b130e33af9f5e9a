"""Writes appointments on both sides, one at a time; each is in the journal and on its link before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.errors import ClientError, NotFound
from syncapp.clients.google import GoogleClient
from syncapp.engine.runs.run import Run
from syncapp.flows.calendar.appointments import belongs_to
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.fields import GOOGLE
from syncapp.flows.calendar.known import bury
from syncapp.flows.calendar.remembering import remember
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.calendar.writing_advoware import AdvowareWriter
from syncapp.flows.calendar.writing_google import GoogleWriter


class Writer:
    def __init__(self, run: Run, advoware: AdvowareClient, google: GoogleClient, zone: ZoneInfo) -> None:
        self._advoware, self._zone = advoware, zone
        self._here, self._there = AdvowareWriter(run, advoware, zone), GoogleWriter(run, google, zone)

    def insert(self, state: CalendarState, items: Sequence[Item]) -> list[ClientError | None]:
        return self._there.insert(state, items)

    def write(self, state: CalendarState, item: Item, what: What) -> None:
        """All but inserts, which go out several at a time. Raises `ClientError`; the link holds the agreement then."""
        match what:
            case What.UPDATE_GOOGLE:
                self._there.update(state, item)
            case What.DELETE_GOOGLE:
                # Else Advoware still has it; its list did not say so.
                if item.asked or self._is_gone(item, state.employee.kuerzel):
                    self._there.delete(state, item)
            case What.CREATE:
                self._create(state, item)
            case What.UPDATE_ADVOWARE:
                self._here.update(item)
            case What.DELETE_ADVOWARE:
                self._here.delete(item)
            case What.FORGET:
                bury(item.link)

    def _create(self, state: CalendarState, item: Item) -> None:
        if not self._here.create(state, item):
            return
        if not item.fixed(GOOGLE):
            self._there.mark(state, item)
        remember(item, self._zone)
        item.link.save()

    def _is_gone(self, item: Item, kuerzel: str) -> bool:
        try:
            return not belongs_to(self._advoware.appointment(item.number), kuerzel)
        except NotFound:
            return True
