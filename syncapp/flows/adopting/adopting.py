"""Takes over an installation that runs already: looks at everything, and remembers what stands in agreement.

Each flow says what there is of its kind and how it is looked at (`events.spec.Adoption`); what a run of an entity would
do is asked of the run itself. Nothing outside is written. Beginning again after a death comes to the same end: what was
taken over is known, and looked at no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from time import monotonic

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from syncapp.clients.errors import ClientError, Forbidden, NotFound, Rejected, TooLarge, UnexpectedAnswer
from syncapp.engine.outside import connections
from syncapp.engine.queue import enqueue
from syncapp.engine.runs.planning import Ending, Failed, InConflict, Plan, Postponed
from syncapp.engine.runs.taking_over import ReadsOnly, is_known, look, take_over
from syncapp.events import registry, spec
from syncapp.flows.taking_over import Finding, Item, Sides, TakesOver, as_is
from syncapp.kit.clocks import latest
from syncapp.models import Adoption, AdoptionFinding, AdoptionState, Cause, Record, Verdict
from syncapp.words.adoption_words import coded

LEASE = timedelta(minutes=3)  # longer than the longest call, so that only a dead one is taken for dead
SIGN_OF_LIFE = timedelta(seconds=20)  # after that long, with the next call
AT_ONCE = 200  # findings in one statement, and how often progress is told
OF_ONE = (Rejected, Forbidden, NotFound, TooLarge, UnexpectedAnswer)  # say something about one entity only
KEPT = 5  # reports
JOB = "syncapp.jobs.adopt"
LONGEST_SECONDS = 3 * 3600  # as a comparison of everything
LONGEST_WAIT = timedelta(minutes=15)  # for a worker; then another one may be asked for

log = structlog.get_logger(__name__)
Progress = Callable[[str, int], None]


class UnderWayError(Exception):
    """Another one is at work."""


class LostError(Exception):
    """It took too long to give a sign of life, and another one has begun."""


def ask(*, apply: bool, trusts_md5: bool = False, user_id: int | None = None) -> Adoption:
    """A row that `run` works off."""
    return Adoption.objects.create(applied=apply, trusts_md5=trusts_md5, started_at=timezone.now(), asked_by_id=user_id)


def have_it_done(*, apply: bool, user_id: int | None) -> Adoption:
    """By a worker."""
    with transaction.atomic():
        asked = ask(apply=apply, user_id=user_id)
        enqueue.put(JOB, [(asked.pk,)], timeout=LONGEST_SECONDS)
    return asked


def under_way() -> bool:
    """One is at work, or a worker is to begin soon."""
    now = timezone.now()
    running = Q(state=AdoptionState.RUNNING, leased_until__gt=now)
    return Adoption.objects.filter(running | Q(state=AdoptionState.WAITING, started_at__gt=now - LONGEST_WAIT)).exists()


def run(adoption: Adoption, progress: Progress = lambda _kind, _seen: None) -> Adoption:
    """Raises `UnderWayError`. A system that does not answer ends it as failed; what was taken over stays so."""
    _begin(adoption)
    sides = Sides(adoption.trusts_md5, ReadsOnly(_Living(adoption)))
    try:
        for declared in registry.adoptions():
            if all(map(connections.configured, declared.systems)):
                _kind(adoption, declared, sides, progress)
    except ClientError as exc:
        _end(adoption, sides, AdoptionState.FAILED, str(exc))
    except BaseException as exc:
        _end(adoption, sides, AdoptionState.FAILED, type(exc).__name__)
        raise
    else:
        _end(adoption, sides, AdoptionState.DONE)
    log.info("adoption.ended", state=adoption.state, applied=adoption.applied, seen=adoption.seen, calls=adoption.calls)
    return adoption


class _Living:
    """Goes on with the lease while systems are asked: of some entities one look takes many calls, and seconds."""

    def __init__(self, adoption: Adoption) -> None:
        self._mine = Adoption.objects.filter(pk=adoption.pk, state=AdoptionState.RUNNING)
        self._said = monotonic()

    def __call__(self) -> None:
        if monotonic() - self._said >= SIGN_OF_LIFE.total_seconds():
            self._mine.update(leased_until=timezone.now() + LEASE)  # whose is lost is told by `_alive`
            self._said = monotonic()


def _begin(adoption: Adoption) -> None:
    now, running = timezone.now(), Adoption.objects.filter(state=AdoptionState.RUNNING)
    running.filter(Q(leased_until__lt=now) | Q(leased_until__gt=latest(now, LEASE))).update(
        state=AdoptionState.FAILED, detail="interrupted", finished_at=now, leased_until=None
    )
    mine = Adoption.objects.filter(pk=adoption.pk, state=AdoptionState.WAITING)
    try:
        with transaction.atomic():
            if not mine.update(state=AdoptionState.RUNNING, started_at=now, leased_until=now + LEASE):
                raise UnderWayError
    except IntegrityError:
        mine.update(state=AdoptionState.FAILED, detail="under_way", finished_at=now)
        raise UnderWayError from None
    adoption.refresh_from_db()
    _forget_old()


def _forget_old() -> None:
    ended = Adoption.objects.exclude(state__in=[AdoptionState.RUNNING, AdoptionState.WAITING])
    kept = set(ended.order_by("-pk").values_list("pk", flat=True)[:KEPT])
    kept |= set(ended.filter(applied=True).order_by("-pk").values_list("pk", flat=True)[:1])
    ended.exclude(pk__in=kept).delete()


def _end(adoption: Adoption, sides: Sides, state: AdoptionState, detail: str = "") -> None:
    adoption.state, adoption.detail, adoption.finished_at = state, detail[:300], timezone.now()
    adoption.calls, adoption.leased_until = sides.watch.calls, None
    adoption.kind = ""
    Adoption.objects.filter(pk=adoption.pk, state=AdoptionState.RUNNING).update(
        state=state,
        detail=adoption.detail,
        finished_at=adoption.finished_at,
        leased_until=None,
        calls=adoption.calls,
        seen=adoption.seen,
        counts=adoption.counts,
        kind="",
    )


def _kind(adoption: Adoption, declared: spec.Adoption, sides: Sides, progress: Progress) -> None:
    _alive(adoption, sides, declared.name)
    takes: TakesOver = import_string(declared.finds)(sides)
    batch: list[Finding] = []
    for seen, item in enumerate(takes.items(), 1):
        batch += _item(adoption, item)
        adoption.seen += 1
        progress(str(declared.title), seen)
        if seen % AT_ONCE == 0 or len(batch) >= AT_ONCE:
            _store(adoption, declared.name, batch)
            _alive(adoption, sides, declared.name)
            batch = []
    _store(adoption, declared.name, [*batch, *takes.strays()])


def _alive(adoption: Adoption, sides: Sides, kind: str) -> None:
    mine = Adoption.objects.filter(pk=adoption.pk, state=AdoptionState.RUNNING)
    told = {"kind": kind, "seen": adoption.seen, "calls": sides.watch.calls, "counts": adoption.counts}
    if not mine.update(leased_until=timezone.now() + LEASE, **told):
        raise LostError


def _item(adoption: Adoption, item: Item) -> Iterable[Finding]:
    target = item.target
    place = (target.step, target.entity_type, target.entity_id)
    record = Record.objects.filter(step=place[0], entity_type=place[1], entity_id=place[2]).first()
    if record is not None and is_known(record):
        return [Finding(*place, Verdict.KNOWN, (), item.remote_id)]
    if item.unplaced:
        return [Finding(*place, Verdict.UNPLACED, item.causes, item.remote_id)]
    try:
        looked = look(target, item.make)
        found = list(item.tells(looked.state, looked.plan)) if item.tells else [_finding(item, looked.plan)]
        if adoption.applied:
            item.noted()
            if (plan := item.keeps(looked.plan)) is not None:
                take_over(looked, plan, f"adopt-{adoption.pk}")
        return found
    except OF_ONE as exc:
        log.warning("adoption.unreadable", error=str(exc))
        return [Finding(*place, Verdict.UNPLACED, (Cause.UNREADABLE,), item.remote_id)]


def _finding(item: Item, plan: Plan) -> Finding:
    place = (item.target.step, item.target.entity_type, item.target.entity_id)
    if as_is(plan) is not None:
        return Finding(*place, Verdict.AS_IS, (), item.remote_id)
    people = (*(need.kind for need in plan.tasks), *_reasons(plan.ending))
    if people or plan.conflicts:
        return Finding(*place, Verdict.UNPLACED, (*people, *_kinds(plan)), item.remote_id)
    waits = (plan.ending.reason,) if isinstance(plan.ending, Postponed) and not plan.actions else ()
    return Finding(*place, Verdict.CHANGES, (*item.causes, *_kinds(plan), *waits), item.remote_id)


def _kinds(plan: Plan) -> Iterator[str]:
    """Of what would be written; with the fields, where an action names some."""
    written = (action.stored() for action in (*plan.actions, *plan.held_back) if action.outside)
    return iter(dict.fromkeys(map(coded, written)))


def _reasons(ending: Ending) -> tuple[str, ...]:
    return (str(ending.reason),) if isinstance(ending, Failed | InConflict) else ()


def _store(adoption: Adoption, kind: str, found: Iterable[Finding]) -> None:
    rows = [
        AdoptionFinding(
            adoption=adoption,
            kind=kind,
            step=each.step,
            entity_type=each.entity_type,
            entity_id=each.entity_id,
            remote_id=each.remote_id,
            verdict=each.verdict,
            what=list(each.what),
        )
        for each in found
    ]
    AdoptionFinding.objects.bulk_create(rows, batch_size=AT_ONCE)
    for row in rows:
        of_verdict = adoption.counts.setdefault(kind, {}).setdefault(str(row.verdict), {})
        key = ", ".join(row.what)
        of_verdict[key] = of_verdict.get(key, 0) + 1
