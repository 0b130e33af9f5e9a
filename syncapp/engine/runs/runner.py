"""The way of a run: claim the record, let the flow read, plan and apply, settle."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

import structlog
from django.conf import settings
from django.db import Error as DatabaseError

from syncapp.clients.errors import Outdated
from syncapp.engine.outside import connections, locks, outages
from syncapp.engine.runs import claims, settling, switches
from syncapp.engine.runs.backoff import STANDARD
from syncapp.engine.runs.claims import Claim, ClaimLost
from syncapp.engine.runs.lease import kept
from syncapp.engine.runs.planning import Compared, Ending, Failed, Plan, Postponed
from syncapp.engine.runs.run import Run
from syncapp.engine.runs.settling import Settlement
from syncapp.engine.runs.verdicts import Next, Verdict, judge
from syncapp.kit import mishaps, plain_sql
from syncapp.models import PATIENT, Outcome, Reason, Record, SystemName
from syncapp.words.fault_words import system_in_words

# What needs a person is found by whoever looks through the lines for errors.
LEVELS = {Outcome.FAILED: logging.ERROR, Outcome.CONFLICT: logging.WARNING}
SOON = timedelta(seconds=5)  # a busy lock on something shared: its holder is usually done in seconds
LOOKS = 3  # at an entity that is written by somebody else meanwhile
TOLD = PATIENT  # the reasons of a wait that was told when it began
MACHINE_PAUSE = timedelta(minutes=1)  # nobody tells when there is room again
OBSERVED_FOR = timedelta(days=1)  # ending observe mode wakes the record, so this is only a reminder

log = structlog.get_logger(__name__)


class Flow(Protocol):
    """What a step brings: read the present state of all sides, decide, act."""

    def __init__(self, run: Run) -> None: ...

    def read(self) -> Any: ...

    def plan(self, state: Any) -> Plan: ...

    def apply(self, state: Any, plan: Plan) -> Ending: ...


@runtime_checkable
class TellsFailure(Protocol):
    """A flow whose entity in the CRM shows that a person is needed; best effort."""

    def failed(self, reason: str, detail: str = "", system: str = "") -> None: ...


@runtime_checkable
class TellsDelay(Protocol):
    """A flow whose entity in the CRM shows that it waits; told once a wait, best effort."""

    def delayed(self) -> None: ...


@runtime_checkable
class ShowsSides(Protocol):
    """A flow that can show what it read value by value, for people."""

    def sides(self, state: Any) -> tuple[Compared, ...]: ...


@dataclass(frozen=True, slots=True)
class Step:
    """What the runner must know of a step."""

    name: str
    flow: type[Flow]
    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do now."""

    actions: tuple[Mapping[str, Any], ...]  # as the attempt of a run would keep them
    status: str
    reason: str = ""
    notes: tuple[Mapping[str, Any], ...] = ()
    tasks: tuple[str, ...] = ()  # kinds of tasks that staff would get
    conflicts: tuple[str, ...] = ()  # fields that a person would have to decide
    sides: tuple[Compared, ...] = ()  # empty also where the flow shows none


def run(pk: int, step: Step, *, even_early: bool = False) -> Settlement | None:
    """Run a record if it is due. None: it was not (somebody was faster, or nothing is wanted any more).

    Errors of the outside world end as a state of the record. An error of the database is raised: the lease ends by
    itself, and the sweep repeats the run.
    """
    claim = claims.take(pk, even_early=even_early)
    if claim is None:
        return None
    with structlog.contextvars.bound_contextvars(
        trace_id=claim.record.trace_id,
        record=claim.record.pk,
        entity_type=claim.record.entity_type,
        entity_id=claim.record.entity_id,
        step=step.name,
        attempt=claim.record.attempts,
    ):
        run = Run(claim)
        try:
            settlement = _run(run, step)
        except ClaimLost:
            run.interrupted()
            log.warning("run.claim_lost")
            return None
        level = LEVELS.get(settlement.outcome, logging.INFO)
        log.log(level, f"run.{settlement.outcome}", reason=str(settlement.reason))
        return settlement


def preview(record: Record, step: Step) -> Preview:
    """Read and plan, touch nothing: no claim, no row. Raises what the clients raise."""
    if issubclass(step.flow, ShowsSides):  # a run that sees nothing new in the CRM would not look at the other side
        record = copy(record)
        record.full_request = record.served + 1
    run = Run(Claim(record, record.claim or _NO_TOKEN, record.requested, "preview", record.changed_at))
    flow = step.flow(run)
    state = flow.read()
    plan, sides = flow.plan(state), flow.sides(state) if isinstance(flow, ShowsSides) else ()
    tasks, fields = (need.kind for need in plan.tasks), (need.field for need in plan.conflicts)
    notes = tuple(note.stored() for note in plan.notes)
    return Preview(tuple(plan.stored()), *settling.outlook(plan.ending), notes, tuple(tasks), tuple(fields), sides)


_NO_TOKEN: Any = None


@contextmanager
def alone(pk: int) -> Iterator[Run]:
    """Work on a record beside its runs, none of which starts meanwhile; it runs once more afterwards.

    Raises `LockBusy` while a run is at work, `ClaimLost` when the record was taken away meanwhile.
    """
    claim = claims.borrow(pk)
    if claim is None:
        raise locks.LockBusy(str(pk))
    run = Run(claim)
    try:
        try:
            with kept(claim):
                yield run
        finally:
            settling.hand_back(run)
    except ClaimLost:
        run.interrupted()
        raise


def hindered(step: Step) -> bool:
    """Whether a run would end before it has looked."""
    return not all(map(connections.configured, step.systems)) or _something_is_switched(step)


def _run(run: Run, step: Step) -> Settlement:
    if missing := [name for name in step.systems if not connections.configured(name)]:
        return settling.skip(run, Reason.NOT_CONFIGURED, ", ".join(map(system_in_words, missing)))
    observe = bool(settings.CONFIG.OBSERVE_ONLY)
    if _something_is_switched(step):
        switch = switches.switch(step.name)
        observe = switches.observing(switch)
        if switch.paused:
            return settling.wait(run, Reason.PAUSED, outages.WAIT_IN_OUTAGE)
        if away := outages.obstacle(step.systems):
            if not observe:
                with kept(run.claim):
                    _tell_delay(run, step.flow, away.name)
            return settling.wait(run, outages.why_waiting(away), outages.WAIT_IN_OUTAGE, system=away.name)
    try:
        with kept(run.claim):
            return _work(run, step, observe=observe)
    except locks.LockBusy:
        return settling.wait(run, Reason.LOCK_BUSY, SOON)
    except locks.LocksAway as exc:
        return settling.wait(run, Reason.LOCKS_AWAY, SOON, detail=str(exc))


def _something_is_switched(step: Step) -> bool:
    """Whether staff or an outage stand in the way; asked before every run, so in one plain statement."""
    names = ", ".join(["NULL", *["%s"] * len(step.systems)])  # NULL: a list must not be empty
    return bool(plain_sql.answer(_SWITCHED.format(systems=names), [step.name, *step.systems]))


_SWITCHED = """
SELECT 1 FROM syncapp_stepswitch WHERE step = %s AND (paused OR observe)
UNION ALL SELECT 1 FROM syncapp_system WHERE (paused OR state <> 'up') AND name IN ({systems})
"""


def _work(run: Run, step: Step, *, observe: bool, looks: int = LOOKS) -> Settlement:
    flow = step.flow(run)
    try:
        return _once(run, flow, observe=observe)
    except (ClaimLost, DatabaseError, locks.LockBusy, locks.LocksAway):
        raise
    except Exception as exc:
        if isinstance(exc, Outdated) and looks > 1:
            # Somebody wrote while the run did, as a rule another step of ours: look again at once.
            return _work(run, step, observe=observe, looks=looks - 1)
        return _fail(run, flow, exc, tell=not observe)


def _once(run: Run, flow: Flow, *, observe: bool) -> Settlement:
    state = flow.read()
    plan = flow.plan(state)
    run.plan = plan.stored()
    if observe and plan.actions:
        return settling.wait(run, Reason.OBSERVED, OBSERVED_FOR, outcome=Outcome.OBSERVED)
    if observe and isinstance(plan.ending, Failed):
        return settling.settle(run, plan.ending)  # applying it would tell the CRM
    ending = flow.apply(state, plan)
    if isinstance(ending, Postponed) and ending.reason == run.record.reason == Reason.OUTDATED:
        # Once somebody was faster. Again, without an agreement in between: perhaps a system that always says so.
        return _count(run, flow, Verdict(Next.AGAIN, Reason.OUTDATED, Outdated.__name__), tell=not observe)
    return settling.settle(run, ending)


def _fail(run: Run, flow: Flow, exc: Exception, *, tell: bool) -> Settlement:
    verdict = judge(exc)
    if tell and verdict.next is not Next.PERSON:
        _tell_delay(run, type(flow), verdict.system)
    if verdict.next is Next.SUSPECT and (away := outages.suspect(verdict.system, exc)):  # type: ignore[arg-type]
        return settling.wait(run, outages.why_waiting(away), outages.WAIT_IN_OUTAGE, system=away.name)
    if verdict.next is Next.MACHINE:
        log.error("run.machine_lacks", what=verdict.detail, where=mishaps.place(exc))
        return settling.wait(run, verdict.reason, MACHINE_PAUSE, detail=verdict.detail)
    if verdict.reason == Reason.INTERNAL_ERROR:
        log.error("run.internal_error", where=verdict.detail)
    return _count(run, flow, verdict, tell=tell)


def _count(run: Run, flow: Flow, verdict: Verdict, *, tell: bool) -> Settlement:
    """A failed attempt: the next one is later, or a person is needed."""
    gives_up = verdict.next is Next.PERSON or STANDARD.pause(run.record.attempts) is None
    if gives_up and tell and isinstance(flow, TellsFailure):
        with _best_effort():
            flow.failed(verdict.reason, verdict.detail, verdict.system)
    if verdict.next is Next.PERSON:
        return settling.fail(run, verdict.reason, verdict.detail, verdict.system)
    return settling.try_again(run, verdict)


def _tell_delay(run: Run, flow: type[Flow], waits_for: str) -> None:
    """The CRM, unless it is what the run waits for."""
    if waits_for != SystemName.ESPOCRM and issubclass(flow, TellsDelay) and run.record.reason not in TOLD:
        with _best_effort():
            flow(run).delayed()


@contextmanager
def _best_effort() -> Iterator[None]:
    """Failing to say so never hides the first error."""
    try:
        yield
    except (ClaimLost, DatabaseError):
        raise
    except Exception as exc:
        log.warning("run.not_told", error=type(exc).__name__)
