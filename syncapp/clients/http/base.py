"""What all clients share: one call, watched and repeated by rule.

A new system is a subclass with its address, its headers and, where status codes don't say enough, its own ``refused``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import ClassVar, Generic, TypeVar

from syncapp.clients.errors import (
    AnswerLost,
    ClientError,
    Maintenance,
    RateLimited,
    ServerTrouble,
    UnexpectedAnswer,
    Unreachable,
)
from syncapp.clients.http.answers import REFUSAL_LIMIT, Answer, Refusal
from syncapp.clients.http.calls import Call
from syncapp.clients.http.deadlines import TOO_SLOW, Deadline
from syncapp.clients.http.named import attributes
from syncapp.clients.http.observe import Observer, OutsideCall
from syncapp.clients.http.parse import Values
from syncapp.clients.http.retry import STANDARD, RetryPolicy, next_pause, retry_after_seconds

T = TypeVar("T")
Ask = Callable[[str], object]  # the token of a page ("": the first) to its answer

DECISIVE = (404, 410)  # "gone" is acted upon by detaching and deleting: only a whole answer counts
NOT_EXECUTED = Unreachable  # anything may be repeated after it
# Only what may happen twice is repeated after these: a proxy or a server may refuse when the work is done (observed).
PERHAPS_EXECUTED = (AnswerLost, ServerTrouble, RateLimited, Maintenance)
PATIENCE = 4  # a call may take this many read time-outs in all, from connecting to the last byte
CONNECT_SECONDS = 5.0  # connect and TLS handshake each; a host that needs longer is down for our purposes
UPLOAD_SECONDS = 600.0  # and so much more where a file is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """What is set for every system."""

    timeout: float = 30.0  # seconds without a byte
    total: float = 0.0  # seconds for all calls of one client together, for whom a person waits; 0: no such end
    retry: RetryPolicy = STANDARD


Config = TypeVar("Config", bound=ClientConfig)


class OutsideClient(Generic[Config]):
    """One instance belongs to one step: it counts what the step has waited."""

    system: ClassVar[str]

    def __init__(
        self, config: Config, observer: Observer | None = None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._config = config
        self._timeout = (min(CONNECT_SECONDS, config.timeout), config.timeout)
        self._ends = perf_counter() + config.total if config.total else None
        self._observer = observer
        self._sleep = sleep
        self._waited = 0.0

    def renew_patience(self) -> None:
        """A new page of a long listing may wait anew: an hour of scanning needs more than the patience of one step."""
        self._waited = 0.0

    def pages(self, ask: Ask, key: str) -> Iterator[Values]:
        """Page by page while they are read; ``key`` is where a page names the next one. ``UnexpectedAnswer`` when it
        leads back: such a list would be read for ever."""
        used = {""}
        token = ""
        while True:
            page = Values.of(self.system, ask(token))
            yield page
            token = page.text(key)
            if not token:
                return
            if token in used:
                raise UnexpectedAnswer(self.system, "paging")
            used.add(token)
            self.renew_patience()

    def perform(self, call: Call, read: Callable[[Answer], T]) -> T:
        """Hands the 2xx answer to ``read``. Raises ``ClientError``, or what the observer raises."""
        return self.repeated(lambda: self.once(call, read), repeatable=call.repeatable)

    def repeated(self, attempt: Callable[[], T], *, repeatable: bool = True) -> T:
        """Runs ``attempt`` until it succeeds or may not be repeated. An answer that was lost on the way is what is
        told in the end, when the repeats could not be executed: otherwise its doubt would be forgotten."""
        number, doubt = 1, None
        while True:
            try:
                return attempt()
            except ClientError as error:
                doubt = error if isinstance(error, PERHAPS_EXECUTED) else doubt
                if not self.paused_after(error, number, repeatable):
                    raise (doubt if doubt is not None and isinstance(error, NOT_EXECUTED) else error) from None
            number += 1

    def once(self, call: Call, read: Callable[[Answer], T]) -> T:
        """``perform`` without repeats."""
        with self.welcome(call) as answer:
            return read(answer)

    @contextmanager
    def welcome(self, call: Call) -> Iterator[Answer]:
        """The 2xx answer of one attempt, its body still unread; any other is raised."""
        with self.opened(call) as answer:
            if not 200 <= answer.status < 300:
                raise self.refused(self._refusal(call, answer))
            yield answer

    @contextmanager
    def opened(self, call: Call) -> Iterator[Answer]:
        """Whatever was answered to one attempt, its body still unread. The observer hears of it when it is closed."""
        from syncapp.clients.http.transport import send  # with its libraries, at the first call

        if call.write and self._observer is not None:
            self._observer.before_write()
        started_at, begun = datetime.now(UTC), perf_counter()
        answer: Answer | None = None
        failure = ""
        longest = self._config.timeout * PATIENCE + (UPLOAD_SECONDS if callable(call.body) else 0.0)
        if self._ends is not None and (longest := min(longest, self._ends - begun)) <= 0:
            raise Unreachable(self.system, TOO_SLOW)
        deadline = Deadline(longest)
        try:
            response = send(self.system, call, self._timeout, deadline)
            answer = Answer(self.system, response, deadline)
            yield answer
        except GeneratorExit:  # whoever reads a stream has seen enough
            raise
        except BaseException as exc:
            failure = type(exc).__name__
            raise
        finally:
            if answer is not None:
                answer.close()
            deadline.end()
            if self._observer is not None:
                self._observer.called(
                    OutsideCall(
                        system=self.system,
                        method=call.method,
                        path=call.path,
                        status=answer.status if answer is not None else None,
                        milliseconds=round((perf_counter() - begun) * 1000),
                        request_id=answer.request_id if answer is not None else "",
                        error=failure,
                        started_at=started_at,
                        write=call.write,
                    )
                )

    def refused(self, refusal: Refusal) -> ClientError:
        """What a non-2xx answer is. Systems that say more than a status override this."""
        return refusal.by_status()

    def paused_after(self, error: ClientError, attempt: int, repeatable: bool) -> bool:
        """Whether the call may be repeated; then the pause before it is over."""
        if not isinstance(error, (NOT_EXECUTED, *PERHAPS_EXECUTED) if repeatable else NOT_EXECUTED):
            return False
        chance = random.random()  # noqa: S311  # spreads load, guards nothing
        pause = next_pause(self._config.retry, attempt, error.retry_after, self._waited, chance)
        if pause is None:
            return False
        self._waited += pause
        self._sleep(pause)
        return True

    def _refusal(self, call: Call, answer: Answer) -> Refusal:
        try:
            body = answer.beginning(REFUSAL_LIMIT)
        except ClientError:
            if answer.status in DECISIVE:
                raise
            body = b""  # the status says enough
        retry_after = retry_after_seconds(answer.headers.get("Retry-After"), datetime.now(UTC))
        sent = attributes(call.body) if isinstance(call.body, bytes) else frozenset()
        return Refusal(
            self.system, answer.status, answer.headers, body, call.path, answer.request_id, retry_after, sent
        )
