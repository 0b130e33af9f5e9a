"""How a run ends: each way is one conditional UPDATE of the record, with the attempt's row in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from syncapp.engine.queue import enqueue
from syncapp.engine.queue.sync_requests import DEBOUNCE
from syncapp.engine.runs import claims
from syncapp.engine.runs.backoff import STANDARD
from syncapp.engine.runs.planning import Ending, Failed, InConflict, Postponed, Settled, Skipped
from syncapp.engine.runs.run import Run
from syncapp.engine.runs.verdicts import Verdict
from syncapp.models import NO_REASON, Outcome, Reason, Status


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came of a run. `again`: a request came meanwhile, the record runs once more."""

    outcome: Outcome
    reason: str = ""
    detail: str = ""
    again: bool = False


def settle(run: Run, ending: Ending) -> Settlement:
    """The end that the flow has chosen."""
    match ending:
        case Postponed(reason, after, agreed, waits_for, patient):
            outcome = Outcome.OBSERVED if reason == Reason.WRITING_OFF else Outcome.POSTPONED
            return _later(run, outcome, reason, after, patient=patient, agreed=agreed, waits_for=waits_for)
        case Settled(agreed):
            return _end(run, Status.IN_SYNC, served=True, agreed=agreed)
        case _:
            return _end(run, _status(ending), ending.reason, ending.detail, served=True, agreed=ending.agreed)


def _status(ending: Ending) -> Status:
    return _STATUS[type(ending)]


_STATUS: dict[type[Ending], Status] = {
    Settled: Status.IN_SYNC,
    Postponed: Status.WAITING,
    Skipped: Status.SKIPPED,
    Failed: Status.FAILED,
    InConflict: Status.CONFLICT,
}


def outlook(ending: Ending) -> tuple[Status, str]:
    """Where a plan would leave the record, and for which reason."""
    return _status(ending), "" if isinstance(ending, Settled) else str(ending.reason)


def skip(run: Run, reason: Reason, detail: str = "") -> Settlement:
    return settle(run, Skipped(reason, detail))


def fail(run: Run, reason: Reason, detail: str = "", system: str = "") -> Settlement:
    return _end(run, Status.FAILED, reason, detail, served=False, system=system)


def wait(
    run: Run,
    reason: Reason,
    pause: timedelta,
    *,
    detail: str = "",
    system: str = "",
    outcome: Outcome = Outcome.POSTPONED,
) -> Settlement:
    """Later by itself, without using up an attempt."""
    patient = reason != Reason.OBSERVED  # a request changes nothing about an outage or a lock
    return _later(run, outcome, reason, pause, patient=patient, detail=detail, system=system)


def try_again(run: Run, verdict: Verdict) -> Settlement:
    """A failed attempt that counts: the next pause, or, after the last, a person (and one more try a day later)."""
    attempts = run.record.attempts
    pause = STANDARD.pause(attempts, verdict.at_least)
    if pause is not None:
        return _later(
            run,
            Outcome.POSTPONED,
            verdict.reason,
            pause,
            patient=True,
            counts=True,
            detail=verdict.detail,
            system=verdict.system,
        )
    chance = STANDARD.last_try(attempts)
    due_at = timezone.now() + chance if chance else None
    reason = verdict.reason if verdict.reason == Reason.UNEXPECTED_ANSWER else Reason.EXHAUSTED
    return _end(run, Status.FAILED, reason, verdict.detail, served=False, due_at=due_at, system=verdict.system)


def hand_back(run: Run) -> None:
    """The end of work beside the runs: due at once."""
    now = timezone.now()
    due = _due({"attempts": run.record.attempts - 1}, now, now)
    with transaction.atomic():
        claims.let_go(run.claim, fresh=due, again=due)
        run.finish_attempt(Outcome.POSTPONED)
        enqueue.send([(run.record.pk, run.record.step)])


def _end(
    run: Run,
    status: Status,
    reason: str = "",
    detail: str = "",
    *,
    served: bool,
    agreed: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    system: str = "",
) -> Settlement:
    """A last state; if a request came meanwhile the record waits again, due after the debounce."""
    now = timezone.now()
    common: dict[str, Any] = {}
    if served:
        common["served"] = run.claim.request_number
    if status in (Status.IN_SYNC, Status.SKIPPED):
        common["attempts"] = 0
    if agreed is not None:
        common["agreed"] = dict(agreed)
    if status == Status.IN_SYNC:
        common["settled_at"] = now
    why = NO_REASON | {"reason": reason, "detail": detail[:300], "system": system}
    fresh = {**common, **why, "status": status, "due_at": due_at}
    again = _due(common | {"attempts": 0}, now, now + DEBOUNCE)  # as for a request that comes a moment later
    return _write(run, Outcome(status.value), reason, detail, fresh, again)


def _later(
    run: Run,
    outcome: Outcome,
    reason: str,
    pause: timedelta,
    *,
    patient: bool,
    counts: bool = False,
    detail: str = "",
    system: str = "",
    waits_for: str = "",
    agreed: Mapping[str, Any] | None = None,
) -> Settlement:
    now = timezone.now()
    common: dict[str, Any] = {} if counts else {"attempts": run.record.attempts - 1}
    if agreed is not None:
        common["agreed"] = dict(agreed)
    why = {"reason": reason, "detail": detail[:300], "system": system, "waits_for": waits_for}
    waiting = _due(common, now, now + pause) | why
    # A request that came meanwhile doesn't shorten a pause that the other system or a failure made.
    again = waiting if patient else _due(common, now, now + min(pause, DEBOUNCE))
    return _write(run, outcome, reason, detail, waiting, again)


def _due(common: Mapping[str, Any], now: datetime, due_at: datetime) -> dict[str, Any]:
    return {**common, **NO_REASON, "status": Status.WAITING, "due_at": due_at, "waiting_since": now}


def _write(
    run: Run, outcome: Outcome, reason: str, detail: str, fresh: Mapping[str, Any], again: Mapping[str, Any]
) -> Settlement:
    with transaction.atomic():
        more = claims.let_go(run.claim, fresh=fresh, again=again)
        if _has_looked(run, outcome, reason):
            run.clear_open_writes()
        run.finish_attempt(outcome, reason, detail)
        if more and again["due_at"] <= timezone.now():
            enqueue.send([(run.record.pk, run.record.step)])
    return Settlement(outcome, reason, detail, more)


def _has_looked(run: Run, outcome: Outcome, reason: str) -> bool:
    """Whether the run has seen what became of all earlier writes, or that they don't matter any more."""
    if outcome == Outcome.SKIPPED:
        # While a person has to say what became of a creation, its write stays open: else it would be made again.
        return bool(run.calls) and reason != Reason.TASK_OPEN
    # One call alone that reads is the cheap way out, which is only taken after a run that left nothing open.
    return outcome == Outcome.IN_SYNC and (len(run.calls) > 1 or any(call.write for call in run.calls))
