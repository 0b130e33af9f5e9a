"""What Advoware means by an answer that is not 2xx. Its texts are never quoted: they may name clients."""

from __future__ import annotations

from syncapp.clients.errors import ClientError, EntityTypeUnknown, UnexpectedAnswer
from syncapp.clients.http.answers import Refusal

FOREIGN = b"404 page not found"  # how proxies written in Go say that they know no such address

# What ASP.NET, on which Advoware runs, says of an address that it has no code for.
NO_ROUTE = (b"http-ressource", b"http resource")


def refusal_of_advoware(refusal: Refusal) -> ClientError:
    if refusal.status == 404 and _is_foreign(refusal):
        return refusal.error(UnexpectedAnswer, "not_advoware")  # must not pass for "the party is gone"
    if refusal.status == 404 and (_is_list(refusal.path) or any(words in refusal.body.lower() for words in NO_ROUTE)):
        return refusal.error(EntityTypeUnknown, "path")  # a wrong setting: a list is never gone
    return refusal.by_status()


def _is_list(path: str) -> bool:
    return not any(part.isdigit() for part in path.split("/"))


def _is_foreign(refusal: Refusal) -> bool:
    kind = refusal.headers.get("Content-Type", "").lower()
    body = refusal.body.strip().lower()
    return kind.startswith("text/html") or body.startswith((b"<", FOREIGN))
