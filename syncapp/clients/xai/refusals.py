"""What xAI means by an answer that is not 2xx.

Its errors have four shapes ({"code", "error"}, {"error": {...}}, {"code": 5, "message"}, plain text): the body is
searched for one phrase and never quoted.
"""

from __future__ import annotations

from syncapp.clients.errors import ClientError, Unauthorized, UnexpectedAnswer
from syncapp.clients.http.answers import Refusal

WRONG_KEY = b"incorrect api key"


def refusal_of_xai(refusal: Refusal) -> ClientError:
    if refusal.status == 401 or (refusal.status == 400 and WRONG_KEY in refusal.body.lower()):
        return refusal.error(Unauthorized, "wrong_key")
    if refusal.status == 404 and refusal.headers.get("Content-Type", "").startswith("text/html"):
        return refusal.error(UnexpectedAnswer, "not_xai")  # a proxy's page must not pass for "the file is gone"
    return refusal.by_status()
