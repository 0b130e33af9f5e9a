"""One run of a record, as a flow sees it: what it serves, and the guarded way to write outside.

It is also the clients' observer: every outside call is kept for staff, and before each write the claim is renewed,
so that a worker that was thought dead stops in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from syncapp.clients.errors import AnswerLost, ClientError, Maintenance, RateLimited, ServerTrouble, UnexpectedAnswer
from syncapp.clients.http.observe import OutsideCall
from syncapp.engine.runs import claims
from syncapp.engine.runs.claims import Claim
from syncapp.kit import plain_sql
from syncapp.models import Attempt, JournalAction, JournalEntry, JournalState, Outcome, Record, Seen, SystemName


@dataclass(frozen=True, slots=True)
class WriteIntent:
    """A write outside that is about to happen. `mark` is what a later run looks for when the answer was lost."""

    system: SystemName
    action: JournalAction
    target_type: str
    target_id: str = ""
    mark: str = ""


class Run:
    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.record: Record = claim.record
        self.calls: list[OutsideCall] = []
        self.plan: list[dict[str, Any]] = []
        self.attempt: Attempt | None = None

    @property
    def entity_type(self) -> str:
        return self.record.entity_type

    @property
    def entity_id(self) -> str:
        return self.record.entity_id

    @property
    def agreed(self) -> Mapping[str, Any]:
        """What the flow remembered of the last agreement; empty at first contact."""
        return self.record.agreed or {}

    @property
    def full(self) -> bool:
        """Whether links have to be looked at too, not only content."""
        return self.claim.full or not self.record.agreed

    @property
    def trace_id(self) -> str:
        return self.record.trace_id

    # The clients' observer

    def before_write(self) -> None:
        claims.keep(self.claim)

    def called(self, call: OutsideCall) -> None:
        self.calls.append(call)

    # Writing

    @contextmanager
    def writing(self, intent: WriteIntent, changes: Mapping[str, Any] | None = None) -> Iterator[JournalEntry]:
        """Journal a write: the intent is stored before the block, what came of it after.

        An answer that was lost leaves the entry open for the next run; set `entry.target_id` inside the block when
        the write creates something.
        """
        (entry,) = self.begin([(intent, changes or {})])
        try:
            yield entry
        except ClientError as exc:
            self.end(entry, exc)
            raise
        self.end(entry)

    def begin(self, writes: Iterable[tuple[WriteIntent, Mapping[str, Any]]]) -> list[JournalEntry]:
        """Journal several writes that go out as one, before they do; `end` each. For one alone there is `writing`."""
        attempt, now = self.open_attempt(), timezone.now()
        entries = [
            JournalEntry(
                record=self.record,
                attempt=attempt,
                trace_id=self.trace_id,
                system=intent.system,
                action=intent.action,
                target_type=intent.target_type,
                target_id=intent.target_id,
                mark=intent.mark,
                changes=dict(changes),
                begun_at=now,
            )
            for intent, changes in writes
        ]
        return JournalEntry.objects.bulk_create(entries)

    def end(self, entry: JournalEntry, error: ClientError | None = None) -> None:
        """Write down what came of a journaled write."""
        if error is None:
            self._close(entry, JournalState.DONE, "")
        elif isinstance(error, AnswerLost | ServerTrouble | RateLimited | Maintenance | UnexpectedAnswer):
            # Each of these may come after the system has done what it was asked.
            self._close(entry, JournalState.LOST, str(error))
        else:
            self._close(entry, JournalState.FAILED, str(error))

    def unsettled_writes(self, action: JournalAction) -> list[JournalEntry]:
        """Earlier writes of this record whose outcome is not known, newest first."""
        found = JournalEntry.objects.filter(
            record=self.record, action=action, state__in=[JournalState.INTENDED, JournalState.LOST]
        )
        return list(found.order_by("-id"))

    def resolve(self, entry: JournalEntry, state: JournalState, target_id: str = "") -> None:
        """Write down what became of an earlier write that was looked for."""
        entry.target_id = target_id or entry.target_id
        self._close(entry, state, Seen.LATER if state == JournalState.DONE else Seen.NOT_LATER)

    def has_written_since(self) -> bool:
        """Whether runs since the last agreement, which came to none, have written: then what was agreed need not be
        what is there, though the CRM says the same again. Without a newer request it does not."""
        served = self.record.served
        if served >= self.claim.request_number - 1:
            return False
        return JournalEntry.objects.filter(record=self.record, attempt__request_number__gt=served).exists()

    def clear_open_writes(self) -> None:
        """Both sides agree, so writes whose answers were lost have been seen: done, or not needed any more."""
        JournalEntry.objects.filter(record=self.record, state__in=[JournalState.INTENDED, JournalState.LOST]).update(
            state=JournalState.CLEARED, finished_at=timezone.now()
        )

    def _close(self, entry: JournalEntry, state: JournalState, detail: str) -> None:
        entry.state, entry.detail, entry.finished_at = state, detail[:300], timezone.now()
        entry.save(update_fields=["state", "detail", "finished_at", "target_id", "changes"])

    # The attempt's row: opened before the first write, else written once at the end

    def open_attempt(self) -> Attempt:
        if self.attempt is None:
            self.attempt = self._new_attempt()
            self.attempt.save(force_insert=True)
        return self.attempt

    def finish_attempt(self, outcome: Outcome, reason: str = "", detail: str = "") -> Attempt:
        attempt = self.attempt or self._new_attempt()
        attempt.outcome, attempt.reason, attempt.detail = outcome, reason, detail[:300]
        attempt.finished_at = timezone.now()
        attempt.plan, attempt.calls = self.plan, [stored_call(call) for call in self.calls]
        if attempt._state.adding:
            attempt.pk = plain_sql.insert_one("syncapp_attempt", _ATTEMPT, [getattr(attempt, n) for n in _ATTEMPT])
        else:
            attempt.save()
        self.attempt = attempt
        return attempt

    @staticmethod
    def finish_together(runs: Sequence[Run], outcome: Outcome, calls: Sequence[OutsideCall]) -> None:
        """The attempts of runs that wrote nothing, in one statement. The calls were made for all of them together, so
        whoever counts calls counts those of the first only."""
        shared = [stored_call(call) | {"shared": len(runs)} for call in calls]
        counted = [call | {"counted": True} for call in shared]
        now, rows = timezone.now(), list[list[Any]]()
        for run in runs:
            attempt = run._new_attempt()
            attempt.outcome, attempt.finished_at, attempt.calls = outcome, now, counted if rows else shared
            rows.append([getattr(attempt, name) for name in _ATTEMPT])
        plain_sql.insert("syncapp_attempt", _ATTEMPT, rows)

    def interrupted(self) -> None:
        """The claim is lost. Whoever took it wrote down that this attempt was, unless it was opened after that."""
        if self.attempt is not None:
            unended = Attempt.objects.filter(pk=self.attempt.pk, outcome=Outcome.RUNNING)
            unended.update(outcome=Outcome.LOST, finished_at=timezone.now())

    def _new_attempt(self) -> Attempt:
        return attempt_of(
            self.claim.record,
            self.claim.token,
            self.claim.request_number,
            self.claim.worker,
            self.claim.taken_at,
            self.claim.waiting_since,
        )


_ATTEMPT = (
    *("record_id", "number", "request_number", "claim", "trace_id", "worker"),
    *("waiting_since", "started_at", "finished_at", "outcome", "reason", "detail", "plan", "calls"),
)


def attempt_of(
    record: Record,
    token: Any,
    request_number: int,
    worker: str,
    started_at: datetime,
    waiting_since: datetime | None = None,
) -> Attempt:
    return Attempt(
        record=record,
        number=record.attempts,
        request_number=request_number,
        claim=token,
        trace_id=record.trace_id,
        worker=worker,
        waiting_since=waiting_since,
        started_at=started_at,
    )


def stored_call(call: OutsideCall) -> dict[str, object]:
    return {
        "system": call.system,
        "method": call.method,
        "path": call.path,
        "status": call.status,
        "ms": call.milliseconds,
        "request_id": call.request_id,
        "error": call.error,
        "at": call.started_at.isoformat(),
        "write": call.write,
    }
