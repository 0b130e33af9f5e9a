"""What Advoware means by an answer that is not 2xx. Its texts are never quoted: they may name clients."""

from __future__ import annotations

from syncapp.clients.answers import Refusal
from syncapp.clients.errors import ClientError, EntityTypeUnknown, UnexpectedAnswer

FOREIGN = b"404 page not found"  # how proxies written in Go say that they know no such address


def refusal_of_advoware(refusal: Refusal) -> ClientError:
    if refusal.status == 404 and _is_foreign(refusal):
        return refusal.error(UnexpectedAnswer, "not_advoware")  # must not pass for "the party is gone"
    if refusal.status == 404 and not any(part.isdigit() for part in refusal.path.split("/")):
        return refusal.error(EntityTypeUnknown, "path")  # a list is never gone
    return refusal.by_status()


def _is_foreign(refusal: Refusal) -> bool:
    kind = refusal.headers.get("Content-Type", "").lower()
    body = refusal.body.strip().lower()
    return kind.startswith("text/html") or body.startswith((b"<", FOREIGN))
