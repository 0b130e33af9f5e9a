"""`POST /advoware/calendar/sync`: other programs have calendars looked at. It only leaves sync requests.

Writing needs no switch here: what a run may write is decided by the settings, whoever asked for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from syncapp.flows.calendar import asking
from syncapp.models import CalendarEmployee, ProxyKey, ProxyRefusal, Urgency
from syncapp.proxy.audit import Entry
from syncapp.proxy.door import Door, admit, body_of
from syncapp.proxy.refusals import Refused

PATH = "calendar/sync"  # as keys and the audit log name it
ALL = "ALL"
LONGEST_KUERZEL = 20  # characters, as the column
KEYS = frozenset({"kuerzel", "full_content"})
LONGEST_BODY = 4096  # bytes; the real ones have about 50
NOT_CONFIGURED = "Advoware or Google Calendar is not configured in this hub. Its administrator can set it up."
BODY_TOO_LARGE = f"The body is larger than {LONGEST_BODY} bytes."
SWITCHED_OFF = "The calendar of this employee is switched off in the hub."
NOT_AMONG_THEM = "This hub syncs the calendars of some employees only (CALENDAR_SYNC_DEBUG_KUERZEL), not of this one."
NOBODY_KNOWN = (
    "Advoware's employees are not known to the hub yet, so full_content can't be kept for them. Nothing was triggered. "
    "Ask without it first, or set CALENDAR_FULL_CONTENT in the hub."
)


@dataclass(frozen=True, slots=True)
class CalendarRequest:
    """`full_content` None: leave it as it is."""

    kuerzel: str = ALL
    full_content: bool | None = None

    @property
    def of_all(self) -> bool:
        return self.kuerzel.casefold() == ALL.casefold()


def read_request(body: bytes) -> CalendarRequest:
    """An empty body asks for everybody. Raises `Refused`; the sentence quotes nothing."""
    if not body.strip():
        return CalendarRequest()
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise _bad("The body is not JSON.") from None
    if not isinstance(given, dict):
        raise _bad("The body must be a JSON object.")
    if set(given) - KEYS:
        raise _bad("The body may have the keys kuerzel and full_content only.")
    kuerzel, full = given.get("kuerzel", ALL), given.get("full_content")
    if not isinstance(kuerzel, str) or not 0 < len(kuerzel.strip()) <= LONGEST_KUERZEL:
        raise _bad(f"kuerzel must be a text of 1 to {LONGEST_KUERZEL} characters, or ALL.")
    if "full_content" in given and not isinstance(full, bool):
        raise _bad("full_content must be true or false.")
    return CalendarRequest(kuerzel.strip(), full)


def _bad(sentence: str) -> Refused:
    return Refused(ProxyRefusal.BAD_BODY, sentence)


class CalendarView(Door):
    methods = ("POST",)
    other_method = "Only POST is understood here."
    http_method_names = ["post"]

    def serve(self, request: HttpRequest, key: ProxyKey, entry: Entry) -> HttpResponseBase:
        entry.asks_for(PATH)
        admit(key, PATH, writes=True)
        if not asking.ready():
            raise Refused(ProxyRefusal.NOT_CONFIGURED, NOT_CONFIGURED)
        asked = read_request(body_of(request, LONGEST_BODY, BODY_TOO_LARGE))
        entry.begin()
        with transaction.atomic():
            kuerzel, message = _everyone(asked, entry) if asked.of_all else _one(asked, entry)
        answer = JsonResponse({"status": "triggered", "kuerzel": kuerzel, "message": message})
        answer.headers["Cache-Control"] = "no-store"
        entry.end(answer.status_code, len(answer.content))
        return answer


def _everyone(asked: CalendarRequest, entry: Entry) -> tuple[str, str]:
    """What the answer says: whom it was left for, and a sentence."""
    known = CalendarEmployee.objects.all()
    if asked.full_content is not None:
        if asked.full_content != settings.CONFIG.CALENDAR_FULL_CONTENT and not known.exists():
            raise Refused(ProxyRefusal.NOT_SYNCED, NOBODY_KNOWN)
        known.update(full_content=asked.full_content)
    asking.everyone(Urgency.EVENT, entry.row.trace_id)
    return ALL, "The calendars of all employees will be looked at."


def _one(asked: CalendarRequest, entry: Entry) -> tuple[str, str]:
    """An employee whom nobody has asked Advoware for yet is asked for with all others."""
    found = _known(asked.kuerzel)
    if found is None:
        if CalendarEmployee.objects.exists():
            raise Refused(ProxyRefusal.UNKNOWN_EMPLOYEE)
        _, message = _everyone(asked, entry)
        return ALL, f"The hub does not know Advoware's employees yet. {message}"
    if not found.enabled:
        raise Refused(ProxyRefusal.NOT_SYNCED, SWITCHED_OFF)
    if not asking.wanted(found.kuerzel):
        raise Refused(ProxyRefusal.NOT_SYNCED, NOT_AMONG_THEM)
    if asked.full_content is not None:
        CalendarEmployee.objects.filter(pk=found.pk).update(full_content=asked.full_content)
    asking.employee(found.kuerzel, Urgency.EVENT, entry.row.trace_id)
    return found.kuerzel, "The calendar will be looked at."


def _known(kuerzel: str) -> CalendarEmployee | None:
    """As it is written, else in whatever letters; compared here, for databases differ about umlauts."""
    folded = kuerzel.casefold()
    found = [each for each in CalendarEmployee.objects.order_by("pk") if each.kuerzel.casefold() == folded]
    return next((each for each in found if each.kuerzel == kuerzel), found[0] if found else None)
