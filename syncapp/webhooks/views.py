"""The doors for the CRM's webhooks: verify, store, answer.

The answer is chosen by its effect on the sender (EspoCRM): 2xx is delivered; 401 and 503 are tried again, four times
in all; 400, 411, 413 and 429 are lost at once, which is why what can't be read is in quarantine before it is refused.
"""

from __future__ import annotations

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from rest_framework.views import APIView

from syncapp.events import intake
from syncapp.events.bodies import Unreadable
from syncapp.events.intake import Arrival
from syncapp.kit import callers
from syncapp.kit.brakes import Brake
from syncapp.kit.tracing import trace_id_of
from syncapp.webhooks import signatures

RETRY_AFTER = "60"  # seconds; EspoCRM has its own ten minutes, other senders listen

# Wrong signatures from one address in a minute. A secret that is not set yet makes fewer.
strangers = Brake("webhooks", 30)

log = structlog.get_logger(__name__)


class WebhookView(APIView):
    """`POST /vmh/webhook/{entity}/{action}`."""

    authentication_classes = ()
    permission_classes = ()
    entity_type = ""
    path = ""
    action = ""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Django REST describes this door, and refuses what is no POST. What else it does for a request (parsers,
        renderers, logins) is not needed here, and would take a tenth of its time."""
        if request.method != "POST":
            return super().dispatch(request, *args, **kwargs)
        answer = self.post(request)
        answer.headers["Content-Length"] = str(len(answer.content))
        return answer

    def post(self, raw: HttpRequest) -> JsonResponse:
        trace_id = trace_id_of(raw)
        if raw.headers.get("Transfer-Encoding"):
            return _refusal(411, "a body needs its Content-Length", trace_id)  # Django takes it for empty
        try:
            body = _body(raw)
        except RequestDataTooBig:
            return _refusal(413, "too large", trace_id)
        sender = _authenticate(raw, body, f"{self.path}/{self.action}")
        address = callers.address_of(raw)
        if sender is None:
            return _stranger(address, trace_id)
        strangers.right(address)
        try:
            receipt = intake.receive(Arrival(self.path, self.entity_type, self.action, sender, body, trace_id))
        except Unreadable as exc:
            return _refusal(400, str(exc), trace_id)
        except (DatabaseError, InterfaceError) as exc:
            log.error("webhook.not_stored", error=type(exc).__name__)
            answer = _refusal(503, "the hub cannot store this now", trace_id)
            answer.headers["Retry-After"] = RETRY_AFTER
            return answer
        return JsonResponse(
            {
                "status": "received",
                "action": self.action,
                "new_ids_count": receipt.new,
                "total_ids_in_batch": receipt.total,
                "rejected": receipt.rejected,
                "trace_id": trace_id,
            }
        )


def _authenticate(request: HttpRequest, body: bytes, door: str) -> str | None:
    """The webhook's id, or "token"; None for a stranger. With nothing configured everybody is a stranger, and whoever
    is known at another door is one here: else a body that says "changed" could be sent on as "deleted"."""
    found = signatures.sender(body, request.headers, settings.CONFIG.ESPOCRM_WEBHOOK_SECRETS)
    if found is not None and settings.CONFIG.ESPOCRM_WEBHOOK_DOORS.get(found, door) != door:
        found = None
    if found is None and signatures.bearer(request.headers.get("Authorization", ""), settings.CONFIG.WEBHOOK_TOKENS):
        return "token"
    return found[:64] if found else None


def _body(request: HttpRequest) -> bytes:
    """Django looks at what is announced; a body may come without."""
    if len(request.body) > int(settings.CONFIG.WEBHOOK_MAX_MB) * 1024 * 1024:
        raise RequestDataTooBig
    return request.body


def _stranger(address: str | None, trace_id: str) -> JsonResponse:
    """EspoCRM loses at once what is answered with 429: so never to an address that sent something authentic lately."""
    _, wait = strangers.wrong(address)
    if wait is None:
        return _refusal(401, "not authentic", trace_id)
    answer = _refusal(429, "too many wrong signatures", trace_id)
    answer.headers["Retry-After"] = str(wait)
    return answer


def _refusal(status: int, reason: str, trace_id: str) -> JsonResponse:
    return JsonResponse({"status": "refused", "reason": reason, "trace_id": trace_id}, status=status)
