"""Runs that read and remember, and can't write outside: how the hub takes over what another one has left in agreement.

The flows do it themselves, with the same decisions as in every run; only what these plan to write is not done here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Never

from django.db import transaction
from django.utils import timezone

from syncapp.clients.http.observe import OutsideCall
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs import claims, settling
from syncapp.engine.runs.claims import Claim
from syncapp.engine.runs.planning import Plan
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.engine.runs.settling import Settlement
from syncapp.models import Record, Status, Urgency

Makes = Callable[[Run], Any]  # a flow, as in `runner.Flow`


class WouldWriteError(Exception):
    """What may only read was about to write outside: a fault of the hub, and nothing was written."""


class ReadsOnly:
    """The observer of clients that may only read; counts their calls. `then`: what is done after each."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.calls, self._then = 0, then

    def before_write(self) -> None:
        raise WouldWriteError

    def called(self, _call: OutsideCall) -> None:
        self.calls += 1
        self._then()


class ReadingRun(Run):
    def before_write(self) -> None:
        raise WouldWriteError

    def begin(self, _writes: Iterable[tuple[WriteIntent, Mapping[str, Any]]]) -> Never:
        raise WouldWriteError


def is_known(record: Record) -> bool:
    """Whether this hub has looked at it itself."""
    return record.served > 0 or record.status == Status.RUNNING


@dataclass(frozen=True, slots=True)
class Looked:
    """An entity as it was read, what a run would do, and the flow that can carry out a part of it."""

    target: Target
    run: ReadingRun
    flow: Any
    state: Any
    plan: Plan


def look(target: Target, make: Makes) -> Looked:
    """No row is written."""
    now = timezone.now()
    key = {"step": target.step, "entity_type": target.entity_type, "entity_id": target.entity_id}
    record = Record(pk=0, requested=1, changed_at=now, **key)
    run = ReadingRun(Claim(record, None, 1, "adopt", now))  # type: ignore[arg-type]
    flow = make(run)
    state = flow.read()
    return Looked(target, run, flow, state, flow.plan(state))


def take_over(looked: Looked, plan: Plan, trace_id: str) -> Settlement | None:
    """Remember what was looked at, all or nothing. None: a worker has the record.

    `plan`: what of the plan is carried out; nothing of it may touch another system.
    """
    with transaction.atomic():
        (asked,) = sync_requests.request([looked.target], urgency=Urgency.SCAN, trace_id=trace_id, full=True)
        claim = claims.borrow(asked.pk)
        if claim is None:
            return None
        looked.run.claim, looked.run.record = claim, claim.record
        return settling.settle(looked.run, looked.flow.apply(looked.state, plan))
