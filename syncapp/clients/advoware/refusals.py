"""What Advoware means by an answer that is not 2xx. Its texts are never quoted: they may name clients. What field of
ours they are about is told."""

from __future__ import annotations

from syncapp.clients.advoware.config import SYSTEM
from syncapp.clients.errors import ClientError, EntityTypeUnknown, NotEnabled, Unauthorized, UnexpectedAnswer
from syncapp.clients.http.answers import Refusal

NOT_ENABLED = (b"nicht freigeschaltet", b"ist nicht angemeldet", b"ist nicht registriert")
WRONG_CREDENTIALS = b"falscher name oder falsches kennwort"
CREDENTIALS, NOT_ENABLED_CODE = "credentials", "not_enabled"

FOREIGN = b"404 page not found"  # how proxies written in Go say that they know no such address

# What ASP.NET, on which Advoware runs, says of an address that it has no code for.
NO_ROUTE = (b"http-ressource", b"http resource")


def refusal_of_advoware(refusal: Refusal) -> ClientError:
    if refusal.status == 404 and _is_foreign(refusal):
        return refusal.error(UnexpectedAnswer, "not_advoware")  # must not pass for "the party is gone"
    if refusal.status == 404 and (_is_list(refusal.path) or any(words in refusal.body.lower() for words in NO_ROUTE)):
        return refusal.error(EntityTypeUnknown, "path")  # a wrong setting: a list is never gone
    return refusal.by_status(field=refusal.named if refusal.status in (400, 422) else None)


def _is_list(path: str) -> bool:
    return not any(part.isdigit() for part in path.split("/"))


def _is_foreign(refusal: Refusal) -> bool:
    kind = refusal.headers.get("Content-Type", "").lower()
    body = refusal.body.strip().lower()
    return kind.startswith("text/html") or body.startswith((b"<", FOREIGN))


def refusal_by_text(body: bytes, status: int | None) -> ClientError | None:
    """What the vendor's own words say, or None."""
    text = body.lower()
    if WRONG_CREDENTIALS in text:
        return Unauthorized(SYSTEM, CREDENTIALS, status)
    if any(words in text for words in NOT_ENABLED):
        return NotEnabled(SYSTEM, NOT_ENABLED_CODE, status)
    return None


def refusal_of_gateway(refusal: Refusal) -> ClientError:
    """A missing page is a wrong address here, and must never pass for a party that is gone."""
    if told := refusal_by_text(refusal.body, refusal.status):
        return told
    if refusal.status in (400, 401, 403):
        return refusal.error(Unauthorized, "login_refused")
    if refusal.status < 500 and refusal.status not in (408, 429):
        return refusal.error(UnexpectedAnswer, "not_the_gateway")
    return refusal.by_status("login")
