"""How every call comes in, and how it ends: with its answer or a refusal, and in the audit log."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponseBase, JsonResponse, UnreadablePostError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from syncapp.models import ProxyKey, ProxyRefusal
from syncapp.proxy import paths, quota
from syncapp.proxy.audit import Entry
from syncapp.proxy.refusals import Refused

COME_BACK_SECONDS = 60
MEGABYTE = 1024 * 1024

log = structlog.get_logger(__name__)


class AsItComes(BaseContentNegotiation):
    """`Accept` and `?format=` decide nothing here; of the proxy they are Advoware's business."""

    def select_parser(self, _request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, _request: Request, renderers: Any, _suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Door(APIView):
    """For callers with a key. A door says by `methods` what is understood there, and answers by `serve`."""

    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = AsItComes
    methods: ClassVar[tuple[str, ...]]
    other_method = ""  # the sentence for all others, where the usual one does not fit

    @abstractmethod
    def serve(self, request: HttpRequest, key: ProxyKey, entry: Entry) -> HttpResponseBase:
        """Raises `Refused`, or ends the entry by itself."""

    def get(self, request: Request, *_args: object, **_kwargs: object) -> HttpResponseBase:
        raw: HttpRequest = request._request
        entry = Entry(raw)
        try:
            key = identified(raw, entry)
            if raw.method not in self.methods:
                raise Refused(ProxyRefusal.METHOD, self.other_method)
            return self.serve(raw, key, entry)
        except Refused as refused:
            answer = self._refusal(refused)
            entry.end(refused.status, len(answer.content), refused.why)
            return answer
        except (DatabaseError, InterfaceError) as exc:
            log.error("proxy.no_database", error=type(exc).__name__)
            answer = JsonResponse({"error": "The hub can't check keys now. Nothing was sent."}, status=503)
            answer.headers["Retry-After"] = str(COME_BACK_SECONDS)
            return answer

    post = put = delete = get
    http_method_not_allowed = get  # type: ignore[assignment]  # is in the audit log as well

    def told(self, refused: Refused) -> dict[str, Any]:
        return {"error": refused.sentence}

    def _refusal(self, refused: Refused) -> JsonResponse:
        answer = JsonResponse(self.told(refused), status=refused.status)
        answer.headers["Cache-Control"] = "no-store"
        if refused.status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        if refused.status == 405:
            answer.headers["Allow"] = ", ".join(self.methods)
        if refused.retry_after is not None:
            answer.headers["Retry-After"] = str(refused.retry_after)
        return answer


def identified(request: HttpRequest, entry: Entry) -> ProxyKey:
    """The caller's key, with room for one more call in this minute. Raises `Refused`.

    Strangers are counted by their address and told 429 instead of 401 when they come too often. A good key is never
    held up by wrong ones from the same address: behind one router or proxy there may be a whole office.
    """
    given = _given(request)
    key = ProxyKey.of(given) if given else None
    if key is None or key.revoked_at is not None:
        if key is not None:
            entry.known(key)
        why = ProxyRefusal.REVOKED_KEY if key else ProxyRefusal.UNKNOWN_KEY if given else ProxyRefusal.NO_KEY
        calls, wait = quota.strangers.wrong(entry.row.address)
        if wait is None:
            raise Refused(why)
        entry.ended = calls > quota.strangers.burst + 1  # the first of the flood is in the log, the others are not
        raise Refused(ProxyRefusal.TOO_MANY, retry_after=wait)
    entry.known(key)
    wait = quota.of_key(key)
    if wait is not None:
        raise Refused(ProxyRefusal.TOO_MANY, retry_after=wait)
    return key


def _given(request: HttpRequest) -> str:
    """A key stands in a header, never in the address: addresses end in logs and histories. `apikey` is how Kong, which
    stood before the firm's earlier hub, has it sent and passes it on."""
    own = (request.headers.get("X-Api-Key") or request.headers.get("apikey") or "").strip()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return own or (token.strip() if scheme.lower() == "bearer" else "")


def admit(key: ProxyKey, path: str, writes: bool) -> None:
    """Whether the key may do this. Raises `Refused`."""
    if not key.uses_proxy:
        raise Refused(ProxyRefusal.NO_PROXY)
    if not paths.below(path, key.prefixes):
        raise Refused(ProxyRefusal.OTHER_PATH)
    if writes and not key.may_write:
        raise Refused(ProxyRefusal.MAY_NOT_WRITE)


def body_of(request: HttpRequest, longest: int | None = None, too_large: str = "") -> bytes:
    """As it came, at most so many bytes. Read here and not by Django, whose own limit is that of the webhooks."""
    limit = longest or int(settings.CONFIG.ADVOWARE_PROXY_MAX_MB) * MEGABYTE
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced and request.headers.get("Transfer-Encoding"):
        raise Refused(ProxyRefusal.NO_LENGTH)  # Django takes it for empty
    if announced.isdigit() and int(announced) > limit:
        raise Refused(ProxyRefusal.TOO_LARGE, too_large)
    try:
        body = request.read(limit + 1)
    except (UnreadablePostError, OSError):
        raise Refused(ProxyRefusal.BODY_LOST) from None
    if len(body) > limit:
        raise Refused(ProxyRefusal.TOO_LARGE, too_large)
    if announced.isdigit() and len(body) < int(announced):
        raise Refused(ProxyRefusal.BODY_LOST)
    return bytes(body)
