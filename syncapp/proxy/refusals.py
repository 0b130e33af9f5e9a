"""What a caller is told when the hub itself refuses, or gets no whole answer: status and sentence, for machines."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.clients.errors import AnswerLost, ClientError, Rejected, Unauthorized, Unreachable
from syncapp.models import ProxyRefusal

TIMEOUTS = ("timeout", "too_slow")  # how the codes of an answer that came too late end

ANSWERS: Mapping[ProxyRefusal, tuple[int, str]] = {
    ProxyRefusal.NO_KEY: (401, "A key is needed: X-Api-Key, or Authorization: Bearer."),
    ProxyRefusal.UNKNOWN_KEY: (401, "This key is not known."),
    ProxyRefusal.REVOKED_KEY: (401, "This key was revoked."),
    ProxyRefusal.TOO_MANY: (429, "Too many calls. Come back after the seconds that Retry-After says."),
    ProxyRefusal.BUSY: (503, "Too many calls are under way. Come back after the seconds that Retry-After says."),
    ProxyRefusal.NO_PROXY: (403, "This key is not for the proxy."),
    ProxyRefusal.NO_HUB: (403, "This key is not for the hub's own API."),
    ProxyRefusal.MAY_NOT_ACT: (403, "This key may only read."),
    ProxyRefusal.BAD_QUESTION: (400, "This can't be asked."),
    ProxyRefusal.UNKNOWN_ENTITY: (404, "The hub does not know this."),
    ProxyRefusal.HELD_BACK: (409, "It is held back."),
    ProxyRefusal.FOR_A_PERSON: (409, "Only a person can go on."),
    ProxyRefusal.METHOD: (405, "Only GET, POST, PUT and DELETE are passed on."),
    ProxyRefusal.NO_ENDPOINT: (400, "Endpoint required as query param"),
    ProxyRefusal.BAD_PATH: (400, "This endpoint can't be asked for."),
    ProxyRefusal.OTHER_PATH: (403, "This key may not ask for this endpoint."),
    ProxyRefusal.MAY_NOT_WRITE: (403, "This key may only read."),
    ProxyRefusal.WRITING_OFF: (
        403,
        "Writing to Advoware is switched off in this hub (ADVOWARE_WRITE_ENABLED, OBSERVE_ONLY). Reading works.",
    ),
    ProxyRefusal.NOT_CONFIGURED: (503, "Advoware is not configured in this hub. Its administrator can set it up."),
    ProxyRefusal.PAUSED: (503, "Staff have paused Advoware in this hub for a while. Nothing was sent."),
    ProxyRefusal.UNKNOWN_EMPLOYEE: (404, "Advoware has no employee with this Kürzel."),
    ProxyRefusal.NOT_SYNCED: (409, "This calendar is not synced."),
    ProxyRefusal.BAD_BODY: (400, "The body can't be used."),
    ProxyRefusal.NO_LENGTH: (411, "A body needs its Content-Length."),
    ProxyRefusal.TOO_LARGE: (413, "The body is larger than this hub passes on."),
    ProxyRefusal.BODY_LOST: (400, "The body did not arrive whole. Nothing was sent."),
    ProxyRefusal.UNREACHABLE: (502, "Advoware can't be reached. Nothing was executed."),
    ProxyRefusal.TIMED_OUT: (504, "Advoware took too long. The call may have been executed."),
    ProxyRefusal.ANSWER_LOST: (502, "Advoware's answer broke off. The call may have been executed."),
    ProxyRefusal.LOGIN_REFUSED: (502, "Advoware refuses the hub's login. The hub's administrator must mend it."),
    ProxyRefusal.UNUSABLE: (400, "This call can't be sent to Advoware."),
    ProxyRefusal.UNEXPECTED: (502, "Advoware answered something that the hub does not understand."),
}


class Refused(Exception):
    """The call ends here. `sentence` replaces the usual one; `retry_after` are seconds."""

    def __init__(self, why: ProxyRefusal, sentence: str = "", retry_after: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.status, usual = ANSWERS[why]
        self.sentence = sentence or usual
        self.retry_after = retry_after


def meaning(error: ClientError) -> ProxyRefusal:
    """Why there is no answer. Advoware's own 4xx and 5xx are answers and never come here."""
    if isinstance(error, Unauthorized):
        return ProxyRefusal.LOGIN_REFUSED
    if isinstance(error, Unreachable):
        return ProxyRefusal.UNREACHABLE
    if isinstance(error, AnswerLost):
        return ProxyRefusal.TIMED_OUT if error.code.endswith(TIMEOUTS) else ProxyRefusal.ANSWER_LOST
    if isinstance(error, Rejected):
        return ProxyRefusal.UNUSABLE
    return ProxyRefusal.UNEXPECTED
