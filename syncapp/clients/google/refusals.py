"""What Google means by an answer that is not 2xx: its reasons say more than the status.

Source: developers.google.com/calendar/api/guides/errors. Its messages are never quoted: they may name people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from syncapp.clients import errors
from syncapp.clients.errors import ClientError, Outdated
from syncapp.clients.http.answers import Refusal
from syncapp.clients.http.parse import json_if_it_is

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]]{0,63}")  # a reason or the name of a parameter, not a value

TOO_MUCH = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "RESOURCE_EXHAUSTED"}
SWITCHED_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}  # the API in the account's project
TOKEN_TOO_OLD = {"fullSyncRequired", "updatedMinTooLongAgo"}
# 403 about the event itself, and not about what we may do in this calendar.
OF_ONE_EVENT = {"forbiddenForNonOrganizer", "forbidden"}
WITHIN_A_BATCH = "conflict"  # a part met another part of the same batch and was not executed

# RFC 6749, 5.2, and what Google says of a key or a subject that its domain does not allow.
BAD_KEY = {"invalid_grant", "invalid_client"}
NOT_ALLOWED = {"unauthorized_client", "access_denied", "invalid_scope", "admin_policy_enforced"}


class SyncTokenExpired(Outdated):
    """A listing of changes can't go on from its token: list everything, and compare (410)."""


def refusal_of_google(refusal: Refusal) -> ClientError:
    told = _told(refusal.body)
    code, place = told or ("", "")
    match refusal.status:
        case 400 if place == "syncToken":
            return refusal.error(SyncTokenExpired, code)
        case 403 if code in TOO_MUCH:
            return refusal.error(errors.RateLimited, code)
        case 403 if code in SWITCHED_OFF:
            return refusal.error(errors.NotEnabled, code)
        case 403 | 404 | 410 if told is None:
            return refusal.error(errors.UnexpectedAnswer, "not_google")  # must not pass for "the event is gone"
        case 409 if code == WITHIN_A_BATCH:
            return refusal.error(Outdated, code)
        case 410 if code in TOKEN_TOO_OLD:
            return refusal.error(SyncTokenExpired, code)
        case 503:
            return refusal.error(errors.ServerTrouble, code)  # Google does not promise that it did nothing
    return refusal.by_status(code, (place or None) if refusal.status == 400 else None)


def refusal_of_login(refusal: Refusal) -> ClientError:
    """A missing page is a wrong address here, and must never pass for an event that is gone."""
    word = _oauth_error(refusal.body)
    if word in NOT_ALLOWED:
        return refusal.error(errors.NotEnabled, word)
    if word in BAD_KEY or refusal.status in (400, 401, 403):
        return refusal.error(errors.Unauthorized, word or "login_refused")
    if refusal.status < 500 and refusal.status not in (408, 429):
        return refusal.error(errors.UnexpectedAnswer, "not_the_token_server")
    return refusal.by_status("login")


def _oauth_error(body: bytes) -> str:
    value = json_if_it_is(body)
    word = value.get("error") if isinstance(value, Mapping) else None
    return word if isinstance(word, str) and word in BAD_KEY | NOT_ALLOWED else ""


def _told(body: bytes) -> tuple[str, str] | None:
    """The reason and the parameter in Google's own vocabulary; None when the answer is not Google's.

    The first of ``error.errors``; services of a newer kind say ``error.status`` and ``error.details`` instead.
    """
    value = json_if_it_is(body)
    error = value.get("error") if isinstance(value, Mapping) else None
    if not isinstance(error, Mapping) or "code" not in error:
        return None
    first = next((item for item in _items(error, "errors")), {})
    details = [item.get("reason") for item in _items(error, "details")]
    reasons = [_word(reason) for reason in (first.get("reason"), *details, error.get("status"))]
    return next(filter(None, reasons), ""), _word(first.get("location"))


def _items(error: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    value = error.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""
