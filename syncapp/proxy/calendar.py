"""`POST /advoware/calendar/sync`: other programs have calendars looked at. It only leaves sync requests.

Writing needs no switch here: what a run may write is decided by the settings, whoever asked for it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from syncapp.flows.calendar import asking
from syncapp.models import CalendarEmployee, ProxyKey, ProxyRefusal, Urgency
from syncapp.proxy import calendar_request, callers, description, paths
from syncapp.proxy.admission import body_of
from syncapp.proxy.audit import Entry
from syncapp.proxy.calendar_request import ALL, CalendarRequest, UnreadableRequest
from syncapp.proxy.door import AsItComes, served
from syncapp.proxy.refusals import Refused

METHODS = ("POST",)
PATH = "calendar/sync"  # as keys and the audit log name it
LONGEST_BODY = 4096  # bytes; the real ones have about 50
ONLY_POST = "Only POST is understood here."
NOT_CONFIGURED = "Advoware or Google Calendar is not configured in this hub. Its administrator can set it up."
BODY_TOO_LARGE = f"The body is larger than {LONGEST_BODY} bytes."
SWITCHED_OFF = "The calendar of this employee is switched off in the hub."
NOT_AMONG_THEM = "This hub syncs the calendars of some employees only (CALENDAR_SYNC_DEBUG_KUERZEL), not of this one."
NOBODY_KNOWN = (
    "Advoware's employees are not known to the hub yet, so full_content can't be kept for them. Nothing was triggered. "
    "Ask without it first, or set CALENDAR_FULL_CONTENT in the hub."
)


class CalendarView(APIView):
    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = AsItComes
    http_method_names = [method.lower() for method in METHODS]

    @extend_schema(**description.CALENDAR)
    def post(self, request: Request) -> HttpResponseBase:
        return served(request._request, _triggered, METHODS)

    def http_method_not_allowed(self, request: Request, *_args: object, **_kwargs: object) -> HttpResponseBase:  # type: ignore[override]
        return served(request._request, _triggered, METHODS)


def _triggered(request: HttpRequest, entry: Entry) -> HttpResponseBase:
    key = callers.identified(request, entry)
    if request.method not in METHODS:
        raise Refused(ProxyRefusal.METHOD, ONLY_POST)
    entry.asks_for(PATH)
    _admit(key)
    asked = _asked(request)
    entry.begin()
    with transaction.atomic():
        kuerzel, message = _everyone(asked, entry) if asked.of_all else _one(asked, entry)
    answer = JsonResponse({"status": "triggered", "kuerzel": kuerzel, "message": message})
    answer.headers["Cache-Control"] = "no-store"
    entry.end(answer.status_code, len(answer.content))
    return answer


def _admit(key: ProxyKey) -> None:
    if not paths.below(PATH, key.prefixes):
        raise Refused(ProxyRefusal.OTHER_PATH)
    if not key.may_write:
        raise Refused(ProxyRefusal.MAY_NOT_WRITE)
    if not asking.ready():
        raise Refused(ProxyRefusal.NOT_CONFIGURED, NOT_CONFIGURED)


def _asked(request: HttpRequest) -> CalendarRequest:
    try:
        return calendar_request.read(body_of(request, LONGEST_BODY))
    except UnreadableRequest as exc:
        raise Refused(ProxyRefusal.BAD_BODY, str(exc)) from None
    except Refused as refused:
        if refused.why is ProxyRefusal.TOO_LARGE:
            raise Refused(refused.why, BODY_TOO_LARGE) from None
        raise


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
