"""What a known caller may ask for, and the body that comes along."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from syncapp.models import ProxyKey, ProxyRefusal, System, SystemName
from syncapp.proxy import paths
from syncapp.proxy.paths import BadPath, Endpoint, NoEndpoint
from syncapp.proxy.refusals import Refused

READS, WRITES = ("GET",), ("POST", "PUT", "DELETE")
MEGABYTE = 1024 * 1024
COME_BACK_SECONDS = 60


def endpoint_of(request: HttpRequest) -> Endpoint:
    try:
        return paths.requested(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))
    except NoEndpoint:
        raise Refused(ProxyRefusal.NO_ENDPOINT) from None
    except BadPath as exc:
        raise Refused(ProxyRefusal.BAD_PATH, str(exc)) from None


def admit(key: ProxyKey, method: str, path: str) -> None:
    """Raises `Refused`. What the key may not do is said first, what nobody may do now comes after it."""
    config = settings.CONFIG
    if not paths.below(path, key.prefixes):
        raise Refused(ProxyRefusal.OTHER_PATH)
    if method in WRITES and not key.may_write:
        raise Refused(ProxyRefusal.MAY_NOT_WRITE)
    if method in WRITES and (config.OBSERVE_ONLY or not config.ADVOWARE_WRITE_ENABLED):
        raise Refused(ProxyRefusal.WRITING_OFF)
    if not config.has_advoware:
        raise Refused(ProxyRefusal.NOT_CONFIGURED)
    if System.objects.filter(name=SystemName.ADVOWARE, paused=True).exists():
        raise Refused(ProxyRefusal.PAUSED, retry_after=COME_BACK_SECONDS)


def body_of(request: HttpRequest, longest: int | None = None) -> bytes:
    """As it came, at most so many bytes. Read here and not by Django, whose own limit is that of the webhooks."""
    limit = longest or int(settings.CONFIG.ADVOWARE_PROXY_MAX_MB) * MEGABYTE
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced and request.headers.get("Transfer-Encoding"):
        raise Refused(ProxyRefusal.NO_LENGTH)  # Django takes it for empty
    if announced.isdigit() and int(announced) > limit:
        raise Refused(ProxyRefusal.TOO_LARGE)
    try:
        body = request.read(limit + 1)
    except (UnreadablePostError, OSError):
        raise Refused(ProxyRefusal.BODY_LOST) from None
    if len(body) > limit:
        raise Refused(ProxyRefusal.TOO_LARGE)
    if announced.isdigit() and len(body) < int(announced):
        raise Refused(ProxyRefusal.BODY_LOST)
    return bytes(body)
