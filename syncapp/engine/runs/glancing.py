"""Looking at many at once: what a list shows to be as it was agreed is settled together, all else runs as ever.

After a mass update in the CRM, an import or an outage most records prove to be unchanged. Each would cost a call of its
own; so they are claimed in one statement, read in one list and settled in one transaction. The flow decides by the same
code as in a run, and whatever it needs beside the list (`NotTold`), finds to be done or can't read is handed back as it
was. A glance writes nothing outside, so a death within costs one more look.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import structlog
from django.db import Error as DatabaseError

from syncapp.clients.errors import ClientError, NotTold
from syncapp.clients.http.observe import Observer, OutsideCall
from syncapp.engine.runs import runner, together
from syncapp.engine.runs.claims import Claim
from syncapp.engine.runs.lease import kept
from syncapp.engine.runs.planning import Settled
from syncapp.engine.runs.run import Run
from syncapp.engine.runs.runner import Flow, Step
from syncapp.kit import mishaps

MOST = 200  # as many as a list of the CRM holds
FEWEST = 5  # that are due together: below that a list costs more than it spares
WORTH_IT = 0.1  # of those looked at; else the step is left alone for a while
SHORTEST_REST, LONGEST_REST = 1.0, 60.0  # seconds

log = structlog.get_logger(__name__)


@runtime_checkable
class Glances(Protocol):
    """A flow whose entities can be read many at once."""

    @classmethod
    def listed(cls, runs: Sequence[Run], watch: Observer) -> Iterator[tuple[Run, Flow]]:
        """Each of the runs of which a list tells, with a flow that knows that alone and raises `NotTold` beyond it."""


@dataclass(frozen=True, slots=True)
class Glanced:
    """Records by their keys. `left`: due as they were, but whoever was to run them may have come in vain meanwhile."""

    settled: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()


NOTHING = Glanced()


class _Watch:
    """Keeps the calls of a glance, which belong to all that it looks at."""

    def __init__(self) -> None:
        self.calls: list[OutsideCall] = []

    def before_write(self) -> None:
        raise NotTold

    def called(self, call: OutsideCall) -> None:
        self.calls.append(call)


def glance(step: Step) -> Glanced:
    """Look at up to `MOST` due records of the step; nothing where the flow can't, something is switched, or it was not
    worth it a moment ago. Errors of the database are raised: then the lease ends by itself."""
    if not issubclass(step.flow, Glances) or not _rests.over(step.name) or runner.hindered(step):
        return NOTHING
    taken = together.take(step.name, MOST)
    if not taken:
        return NOTHING
    watch = _Watch()
    with kept(taken[0]):
        agreed = _in_agreement(step.flow, taken, watch)
        settled = together.settle(agreed, watch.calls)
        together.hand_back([claim for claim in taken if claim.record.pk not in settled])
    _rests.note(step.name, worth_it=len(settled) >= WORTH_IT * len(taken))
    log.info("glance", step=step.name, settled=len(settled), left=len(taken) - len(settled))
    return Glanced(frozenset(settled), frozenset(claim.record.pk for claim in taken) - settled)


def _in_agreement(kind: type[Glances], taken: Sequence[Claim], watch: _Watch) -> list[Run]:
    found = []
    try:
        for run, flow in kind.listed([Run(claim) for claim in taken], watch):
            if _agrees(flow):
                found.append(run)
    except DatabaseError:
        raise
    except (ClientError, NotTold) as exc:
        log.info("glance.in_vain", error=type(exc).__name__)
    except Exception as exc:  # what has no list can be looked at singly
        log.warning("glance.fault", where=mishaps.place(exc))
    return found


def _agrees(flow: Flow) -> bool:
    """Whether a run would end with nothing to do and nothing new to remember."""
    try:
        state = flow.read()
        plan = flow.plan(state)
        if plan.actions or plan.held_back or plan.tasks or plan.conflicts or plan.ending != Settled():
            return False
        return flow.apply(state, plan) == Settled()
    except DatabaseError:
        raise
    except (ClientError, NotTold):
        return False
    except Exception as exc:  # its own run says so to people
        log.warning("glance.fault", where=mishaps.place(exc))
        return False


class _Rests:
    """A step whose records mostly differ is not glanced at for a while, each time for twice as long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._length: dict[str, float] = {}

    def over(self, step: str) -> bool:
        return self._clock() >= self._until.get(step, 0.0)

    def note(self, step: str, *, worth_it: bool) -> None:
        if worth_it:
            self._length.pop(step, None)
            return
        length = min(self._length.get(step, SHORTEST_REST / 2) * 2, LONGEST_REST)
        self._length[step], self._until[step] = length, self._clock() + length


_rests = _Rests()
