"""The door for Google's messages that a calendar changed: verify, leave a request, answer. They carry nothing else.

The answer is chosen by its effect on the sender: 204 is delivered; after 500, 502, 503 and 504 Google comes again, with
growing pauses; any other answer is a message that failed and is not repeated. So whoever is not known is told 404,
always the same: a channel that Google has and we have not (its row was lost with a database) then bothers nobody, and
ends by itself within a week. Who is wrong too often within a minute is told 429, which Google does not repeat either;
an address from which lately something was right (Google's own) never is. Nothing is sent to Google because of a
stranger's words.
Source: https://developers.google.com/workspace/calendar/api/guides/push
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime
from email.utils import parsedate_to_datetime

import structlog
from django.db import DatabaseError, InterfaceError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from syncapp.flows.calendar import asking
from syncapp.kit import callers
from syncapp.kit.brakes import Brake
from syncapp.kit.tracing import trace_id_of
from syncapp.models import PushChannel, Urgency

RETRY_AFTER = "60"  # seconds
LONGEST = 256  # characters of a header; Google allows a token of that length, ours has 43
STATES = ("sync", "exists", "not_exists")
_CHANNEL = re.compile(r"hub-[0-9a-f]{32}")  # as the hub names them: any other needs no look into the database

# Wrong messages from one address in a minute: channels of a database that was lost tell less often.
strangers = Brake("google-push", 30)

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def push(request: HttpRequest) -> HttpResponse:
    """`POST /google/calendar/push`. The body is not read; a message of any state leaves the same request, `sync` too,
    for what was changed before the channel was open."""
    address = callers.address_of(request)
    try:
        channel = _channel(request)
        if channel is None:
            _, wait = strangers.wrong(address)
            if wait is not None:
                return HttpResponse(status=429, headers={"Retry-After": str(wait)})
            return HttpResponse(status=404)
        strangers.right(address)
        with transaction.atomic():  # not before: it may take the database's one lock for writing
            _complete(channel, request)
            if channel.employee.enabled and asking.wanted(channel.employee.pk):
                asking.employee(channel.employee.pk, Urgency.EVENT, trace_id_of(request))
    except (DatabaseError, InterfaceError) as exc:
        log.error("push.not_stored", error=type(exc).__name__)
        return HttpResponse(status=503, headers={"Retry-After": RETRY_AFTER})
    return HttpResponse(status=204)


def _channel(request: HttpRequest) -> PushChannel | None:
    """The channel that this message came through; None for a stranger, whatever is wrong."""
    key, token = _header(request, "Channel-ID"), _header(request, "Channel-Token")
    resource, state = _header(request, "Resource-ID"), _header(request, "Resource-State")
    if not _CHANNEL.fullmatch(key) or not token or not resource or state not in STATES:
        return None
    row = PushChannel.objects.select_related("employee").filter(pk=key, expires_at__gt=timezone.now()).first()
    if row is None or not hmac.compare_digest(PushChannel.digest_of(token), row.token_digest):
        return None
    return row if row.resource_id in ("", resource) else None


def _complete(channel: PushChannel, request: HttpRequest) -> None:
    """Google's answer to the opening was lost, or is still on its way: the first message says the same."""
    if channel.resource_id:
        return
    ends = min(channel.expires_at, _moment(_header(request, "Channel-Expiration")) or channel.expires_at)
    resource = _header(request, "Resource-ID")
    PushChannel.objects.filter(pk=channel.pk, resource_id="").update(resource_id=resource, expires_at=ends)


def _header(request: HttpRequest, name: str) -> str:
    """Empty when it is missing, or longer than Google's are."""
    given = request.headers.get(f"X-Goog-{name}", "")
    return given if len(given) <= LONGEST else ""


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
