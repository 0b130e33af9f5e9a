"""Up to fifty writes in one request. Google carries each out for itself and counts each for the limit of requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from syncapp.clients.errors import AnswerLost, ClientError, RateLimited, Unauthorized, UnexpectedAnswer
from syncapp.clients.google.building import Built
from syncapp.clients.google.events import Events, EventWrite, Kind
from syncapp.clients.google.multipart import PartAnswer, packed, unpacked
from syncapp.clients.google.rest import ZIPPED
from syncapp.clients.google.types import SYSTEM, GoogleEvent
from syncapp.clients.http.answers import JSON_LIMIT, Answer, Refusal
from syncapp.clients.http.calls import Call
from syncapp.clients.http.login import Token
from syncapp.clients.http.parse import json_of
from syncapp.clients.http.retry import retry_after_seconds

BATCH_LIMIT = 50  # parts; the library's guide allows more, Google's calendar servers recommend this

Result = GoogleEvent | None | ClientError  # None: it was deleted


class Batches(Events):
    def batch(self, writes: Sequence[EventWrite]) -> list[Result]:
        """What became of each, in their order; raises no ``ClientError``. One a time for one event: parts may be
        carried out in any order. Parts that Google puts off for its limits are sent again within the usual patience.
        """
        if len(writes) > BATCH_LIMIT:
            raise ValueError(f"a batch holds at most {BATCH_LIMIT} writes")
        results: dict[int, Result] = {}
        parts: dict[int, Built] = {}
        for number, write in enumerate(writes):
            try:
                parts[number] = write.built(self.api)
            except ClientError as error:
                results[number] = error
        attempt = 1
        while parts:
            results |= self._sent(writes, parts)
            refused = [(number, results[number]) for number in parts]
            late = {number: result for number, result in refused if isinstance(result, RateLimited)}
            parts = {number: parts[number] for number in late}
            if not late or not self.paused_after(max(late.values(), key=_after), attempt, repeatable=True):
                break
            attempt += 1
        return [results[number] for number in range(len(writes))]

    def _sent(self, writes: Sequence[EventWrite], parts: dict[int, Built]) -> dict[int, Result]:
        """One request. When it fails as a whole, that is what became of each part."""
        order = list(parts)
        try:
            answers = self.logged_in(lambda token: self._once_accepted([parts[n] for n in order], token))
        except ClientError as error:
            return dict.fromkeys(order, error)
        return {n: self._result(writes[n].kind, parts[n], answers.get(place)) for place, n in enumerate(order)}

    def _once_accepted(self, parts: list[Built], token: Token) -> dict[int, PartAnswer]:
        answers = self.repeated(lambda: self._request(parts, token), repeatable=False)
        if answers and all(answer.status == 401 for answer in answers.values()):
            raise Unauthorized(SYSTEM, "token", 401)
        return answers

    def _request(self, parts: list[Built], token: Token) -> dict[int, PartAnswer]:
        for user in {part.user for part in parts}:
            self.wait_for_quota(user, sum(part.user == user for part in parts))
        kind, body = packed(parts)
        headers = {"Content-Type": kind, "User-Agent": ZIPPED, "Authorization": f"Bearer {token.value}"}
        path = f"batch({len(parts)})"
        call = Call.of("POST", self.api.batch_url, path, headers, body=body, repeatable=False)
        return self.once(call, _read)

    def _result(self, kind: Kind, part: Built, answer: PartAnswer | None) -> Result:
        if answer is None:
            return AnswerLost(SYSTEM, "part_missing")
        if not 200 <= answer.status < 300:
            after = retry_after_seconds(answer.headers.get("Retry-After"), datetime.now(UTC))
            return self.refused(Refusal(SYSTEM, answer.status, answer.headers, answer.body, part.path, "", after))
        if kind is Kind.DELETE:
            return None
        try:
            return GoogleEvent.from_api(json_of(answer.body))
        except (ValueError, RecursionError):
            return UnexpectedAnswer(SYSTEM, "not_json", answer.status)
        except ClientError as error:
            return error


def _read(answer: Answer) -> dict[int, PartAnswer]:
    return unpacked(answer.headers.get("Content-Type", ""), answer.body(JSON_LIMIT))


def _after(error: RateLimited) -> float:
    return error.retry_after or 0.0
