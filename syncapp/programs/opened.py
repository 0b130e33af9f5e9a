"""What is open: records that failed, wait for a choice, have tasks for a person, or are held back.

Read by the partial indexes of what is open, so that it costs the same beside a million records that agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import DateTimeField
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from syncapp.events import registry
from syncapp.models import ProxyRefusal, Reason, Record, Status, Task, TaskState
from syncapp.proxy.refusals import Refused

FAILED, CONFLICT, TASK, HELD = "failed", "conflict", "task", "held"
KINDS = (FAILED, CONFLICT, TASK, HELD)
WHERE = {
    FAILED: Q(status=Status.FAILED),
    CONFLICT: Q(status=Status.CONFLICT),
    HELD: Q(status=Status.WAITING, reason__in=[Reason.PAUSED, Reason.OBSERVED, Reason.WRITING_OFF]),
}
DEFAULT_LIMIT, MOST = 50, 200
PARAMETERS = frozenset({"kind", "step", "since", "cursor", "limit"})


@dataclass(frozen=True, slots=True)
class Question:
    kinds: tuple[str, ...] = KINDS
    step: str = ""
    since: datetime | None = None
    after: int = 0
    limit: int = DEFAULT_LIMIT


def asked(given: QueryDict) -> Question:
    """Raises `Refused`, which says what is wrong."""
    kinds, step = given.getlist("kind"), given.get("step", "")
    if unknown := set(kinds) - set(KINDS):
        raise _bad(_("%(count)d unknown kinds. There are: %(known)s"), count=len(unknown), known=", ".join(KINDS))
    names = [spec.name for spec in registry.runnable()]
    if step and step not in names:
        raise _bad(_("There is no such step. There are: %(known)s"), known=", ".join(names))
    limit = _number(given.get("limit", str(DEFAULT_LIMIT)))
    if limit is None or not 1 <= limit <= MOST:
        raise _bad(_("limit must be a number from 1 to %(most)d."), most=MOST)
    after = _number(given.get("cursor", "0"))
    if after is None:
        raise _bad(_("cursor must be what an earlier answer had in next."))
    return Question(tuple(kinds) or KINDS, step, _since(given.get("since", "")), after, limit)


def found(question: Question) -> tuple[list[tuple[Record, list[str]]], int | None]:
    """The records in the order of their numbers, each with its kinds, and after which one to go on."""
    kinds: dict[int, list[str]] = {}
    for kind in KINDS:
        if kind in question.kinds:
            for pk in _numbers(kind, question):
                kinds.setdefault(pk, []).append(kind)
    pks = sorted(kinds)
    page = pks[: question.limit]
    rows = Record.objects.in_bulk(page)
    told = [(rows[pk], kinds[pk]) for pk in page if pk in rows]
    return told, page[-1] if len(pks) > question.limit else None


def _numbers(kind: str, question: Question) -> QuerySet[Task, int] | QuerySet[Record, int]:
    """One more than is shown, so that it is known whether more follow."""
    most = question.limit + 1
    if kind == TASK:
        tasks = Task.objects.filter(state=TaskState.OPEN, record__gt=question.after)
        if question.step:
            tasks = tasks.filter(record__step=question.step)
        if question.since:
            tasks = tasks.filter(opened_at__gte=question.since)
        return tasks.order_by("record_id").values_list("record_id", flat=True).distinct()[:most]
    rows = Record.objects.filter(WHERE[kind], pk__gt=question.after)
    if question.step:
        rows = rows.filter(step=question.step)
    if question.since:
        rows = rows.filter(changed_at__gte=question.since)
    return rows.order_by("pk").values_list("pk", flat=True)[:most]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _since(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(text) or DateTimeField().to_python(text)
        if moment is None:
            raise ValueError
        # In UTC, so that a moment at the end of the calendar overflows here and not in the database.
        return (timezone.make_aware(moment) if timezone.is_naive(moment) else moment).astimezone(UTC)
    except (ValueError, OverflowError, ValidationError):
        raise _bad(_("since must be a time, for example 2026-11-02 or 2026-11-02T14:00:00Z.")) from None


def _bad(words: str, **given: object) -> Refused:
    return Refused(ProxyRefusal.BAD_QUESTION, words % given if given else words)
