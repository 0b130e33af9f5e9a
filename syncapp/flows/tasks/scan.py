"""Which tasks the CRM does not show as they are: the setting was off, or nobody was assigned, or it was refused."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from syncapp.flows.differences import Difference, Found, How
from syncapp.flows.tasks.flow import TASK_MIRROR
from syncapp.models import Reason, Record, Status, Task, TaskState
from syncapp.people.tasks import ENTITY

LOOKS = 500  # a comparison may ask for so many; the next one takes the next


def not_shown() -> Found:
    """Open ones first; one that was given up by staff comes again when its task changes."""
    tasks = Task.objects.annotate(number=Cast("pk", CharField()))
    mirrors = Record.objects.filter(step=TASK_MIRROR, entity_id=OuterRef("number"))
    on_its_way = Exists(mirrors.filter(status__in=[Status.WAITING, Status.RUNNING]))
    told = mirrors.annotate(told=KeyTextTransform("digest", "agreed"))
    as_it_is = Exists(told.filter(told=OuterRef("digest"), status=Status.IN_SYNC))
    still_open = Exists(mirrors.filter(agreed__open=True))
    given_up = Exists(mirrors.filter(reason=Reason.DISCARDED))
    open_ones = tasks.filter(~on_its_way, ~as_it_is, ~given_up, state=TaskState.OPEN)
    done = tasks.filter(~Q(state=TaskState.OPEN), ~on_its_way, still_open, ~given_up)
    return Found([*_differences(open_ones), *_differences(done)])


def _differences(tasks: QuerySet[Task]) -> Iterator[Difference]:
    for pk in tasks.order_by("pk").values_list("pk", flat=True)[:LOOKS]:
        yield Difference(TASK_MIRROR, ENTITY, str(pk), How.NOT_SHOWN)
