"""Between a link's row and what is decided about: what Google last told, the last agreement, the days."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.clients.google import GoogleEvent
from syncapp.flows.calendar import agreement, occurrences
from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, OF_EVENT, declared, said, span
from syncapp.flows.calendar.form import Form, days_of, form_of
from syncapp.flows.calendar.sides import Missing, Shown, Shows
from syncapp.flows.lens.agreement import Bases, with_own
from syncapp.flows.lens.core import Raw
from syncapp.flows.lens.own import Own
from syncapp.flows.lens.spans import Span
from syncapp.models import CalendarLink, CalendarTombstone

SOURCE = "bitbylaw"
# Private extended properties of our events. The last one is what we wrote last: people's edits leave it as it is, so it
# tells whether a write whose answer was lost has happened, even when somebody has edited the event since.
MARK, SOURCE_KEY, OWNER, WRITTEN = "advowareFrNr", "source", "kuerzel", "written"


def event_id(kuerzel: str, number: int) -> str:
    """The same for the same appointment of the same employee, so that an insert can be repeated. Google allows the
    letters a to v and digits: that is base32hex."""
    digest = hashlib.sha256(f"{kuerzel}\n{number}".encode()).digest()
    return "frnr" + base64.b32hexencode(digest).decode().rstrip("=").lower()


def mark(kuerzel: str, number: int, stand: str) -> dict[str, Any]:
    return {"private": {MARK: str(number), SOURCE_KEY: SOURCE, OWNER: kuerzel, WRITTEN: stand}}


def stand(raw: Raw, zone: ZoneInfo) -> str:
    return agreement.stand(agreement.to_json(said(declared(zone), GOOGLE, raw)))


def marked_number(event: GoogleEvent, kuerzel: str) -> int | None:
    """The number of the appointment that our mark names; occurrences inherit the mark of their series."""
    private = event.private
    if private.get(SOURCE_KEY) != SOURCE or private.get(OWNER) != kuerzel or event.recurring_event_id:
        return None
    text = private.get(MARK, "")
    return int(text) if text.lstrip("-").isdecimal() else None


def mark_of_others(event: GoogleEvent) -> int | None:
    """The number that the firm's earlier hub left at the same place, without saying whose calendar it was. Another mark
    proves nothing."""
    text = event.private.get(MARK, "")
    return int(text) if not event.private.get(OWNER) and text.lstrip("-").isdecimal() else None


def told(event: GoogleEvent, kuerzel: str, zone: ZoneInfo) -> dict[str, Any]:
    """What a link keeps of an event: the attributes that are in sync, its version, or why it is none."""
    kept: dict[str, Any] = {"etag": event.etag, "parent": event.recurring_event_id, "beyond": "", "event": None}
    kept |= {"deleted": False, "fixed": event.fixed}
    kept |= {"mark": marked_number(event, kuerzel), "others_mark": mark_of_others(event)}
    kept |= {"written": event.private.get(WRITTEN, "")}
    if event.recurring_event_id:
        why = occurrences.CANCELLED if event.deleted else occurrences.CHANGED
        return kept | {"beyond": why, "about": occurrences.about(event.raw, zone)}
    if event.deleted:
        return kept | {"deleted": True}
    return kept | {"event": {name: event.raw[name] for name in OF_EVENT if name in event.raw}}


def agreed_forms(link: CalendarLink, zone: ZoneInfo) -> tuple[Form, Form]:
    """Advoware's and Google's half of the last agreement as people read them; empty: never agreed."""
    agreed = (link.agreed_advoware, link.agreed_google)
    here, there = (form_of(agreement.from_json(each, zone), zone) if each else {} for each in agreed)
    return here, there


def place(link: CalendarLink, zone: ZoneInfo) -> None:
    """Its days as Google tells them, as long as there is no agreement; with it they are Advoware's."""
    if link.agreed_advoware is not None:
        return
    kept: Mapping[str, Any] = link.google
    link.first_day = link.last_day = None
    if kept.get("event"):
        if when := span(declared(zone), GOOGLE, kept["event"]):
            link.first_day, link.last_day = days_of(when, zone)
    elif told_of := kept.get("about"):
        marks = [told_of[name][:10] for name in ("start", "end", "instead_of") if told_of[name]]
        if marks:
            link.first_day, link.last_day = date.fromisoformat(min(marks)), date.fromisoformat(max(marks))


def same_as_agreed(link: CalendarLink, zone: ZoneInfo) -> bool:
    """Whether Google shows what was agreed on: without it something is to be done, wherever its days are."""
    kept: Mapping[str, Any] = link.google
    if not kept.get("event"):
        return False
    shown = said(declared(zone), GOOGLE, kept["event"])
    return shown == {name: base.there for name, base in bases(link, Missing.NEVER, google_side(link), zone).items()}


def google_side(link: CalendarLink) -> Shows:
    kept: Mapping[str, Any] = link.google
    if not kept:
        return Missing.NEVER
    if kept["deleted"]:
        return Missing.GONE
    return Shown(kept["event"] or {}, kept.get("fixed", ""), kept["beyond"])


def bases(
    link: CalendarLink, advoware: Shows, google: Shows, zone: ZoneInfo, buried: CalendarTombstone | None = None
) -> Bases:
    """The last agreement, by field, with what the hub has written since. `buried`: the one before it was deleted."""
    here, there = (side.raw if isinstance(side, Shown) else None for side in (advoware, google))
    fields = declared(zone)
    kept = buried or link
    agreed = agreement.bases((kept.agreed_advoware, kept.agreed_google), here, there, fields, zone)
    writing: Mapping[str, Any] = link.writing
    if not writing:
        return agreed
    side = ADVOWARE if writing["side"] == "advoware" else GOOGLE
    # Earlier versions stored what both sides would have, whole.
    put = writing["put"] if "put" in writing else writing[writing["side"]]
    happened = bool(writing.get("happened"))  # else what Advoware shows tells it
    if side is GOOGLE:
        # An event that lies in the bin without ever having been agreed on was made by this very write: the id is ours.
        made = google is Missing.GONE and kept is link and link.agreed_google is None
        happened = made or link.google.get("written") == (writing.get("stand") or agreement.stand(put))
        if not happened:
            return agreed
    own = {name: [Own(side, value, happened)] for name, value in agreement.from_json(put, zone).items()}
    return with_own(fields, agreed, own, here or {}, there or {})


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are compared, both included."""

    first: date
    last: date

    def touches(self, link: CalendarLink) -> bool:
        return link.first_day is None or self._meets(link.first_day, link.last_day)

    def holds(self, span: Span, zone: ZoneInfo) -> bool:
        return self._meets(*days_of(span, zone))

    def _meets(self, first: date, last: date | None) -> bool:
        return first <= self.last and (last is None or last >= self.first)
