"""What a comparison finds: an entity on which the systems differ, and in what way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm import EntityStamp
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.models import Reason, Record, ScanRun, Status, Urgency

ROWS = 200
CLOCK_GRAIN = timedelta(seconds=2)  # EspoCRM's times are whole seconds


class How(TextChoices):
    NEW = "new", _("new in the CRM")
    CHANGED = "changed", _("changed in the CRM")
    LINKS = "links", _("belongs elsewhere than it is")
    MISSING_REMOTELY = "missing_remotely", _("missing at xAI")
    GONE = "gone", _("gone in the CRM")
    CHANGED_IN_ADVOWARE = "changed_in_advoware", _("changed in Advoware")
    GONE_IN_ADVOWARE = "gone_in_advoware", _("gone in Advoware")
    ONLY_IN_ADVOWARE = "only_in_advoware", _("only in Advoware, to be created in the CRM")
    TASK = "task", _("a person's task may be done")
    FAILED = "failed", _("failed before")
    STALE = "stale", _("not looked at for a day")
    UNSURE = "unsure", _("perhaps changed in the CRM")
    NOT_SHOWN = "not_shown", _("a task is not shown in the CRM as it is")


# Nothing is known to have changed: looked at, and no reason to stop a comparison that finds many.
ONLY_A_LOOK = frozenset({How.TASK, How.FAILED, How.STALE, How.UNSURE, How.NOT_SHOWN})
# An event of the CRM says as much: one read of the CRM shows whether there is more to do.
CRM_ONLY = frozenset({How.UNSURE})


@dataclass(frozen=True, slots=True)
class Difference:
    step: str
    entity_type: str
    entity_id: str
    how: How

    @property
    def target(self) -> Target:
        return Target(self.step, self.entity_type, self.entity_id)


def _nothing() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Found:
    """A part of what a comparison finds, as soon as it is known.

    `seen`: how many it looked at for it. Once requests are left for the differences, `cursors` move to where they say,
    and `then` is called: what else is to be noted, how many orphans there are.
    """

    differences: Sequence[Difference] = ()
    seen: int = 0
    cursors: Mapping[str, datetime] = field(default_factory=dict)
    then: Callable[[], int] = _nothing


def in_crm(
    step: str,
    entity_type: str,
    stamps: Iterator[EntityStamp],
    judge: Callable[[EntityStamp, Record], How | None],
    *,
    whole: bool,
) -> Iterator[Found]:
    """What the CRM has otherwise than it was agreed; `whole`: the stamps are all there are, so also what is gone.

    `judge` is asked about records that are known and not on their way already.
    """
    seen: set[str] = set()
    while batch := list(islice(stamps, ROWS)):
        rows = Record.objects.filter(step=step, entity_type=entity_type, entity_id__in=[stamp.id for stamp in batch])
        records = {record.entity_id: record for record in rows}
        seen.update(stamp.id for stamp in batch)
        hows = ((stamp, _in_crm(stamp, records.get(stamp.id), judge)) for stamp in batch)
        yield Found([Difference(step, entity_type, stamp.id, how) for stamp, how in hows if how], len(batch))
    if whole:
        ours = Record.objects.filter(step=step, entity_type=entity_type)
        known = ours.exclude(status=Status.SKIPPED, reason=Reason.ENTITY_GONE)
        ids = known.values_list("entity_id", flat=True).iterator(chunk_size=2000)
        yield Found([Difference(step, entity_type, pk, How.GONE) for pk in ids if pk not in seen])


def _in_crm(
    stamp: EntityStamp, record: Record | None, judge: Callable[[EntityStamp, Record], How | None]
) -> How | None:
    if record is None or record.reason in (Reason.ENTITY_GONE, Reason.NOT_CONFIGURED):
        return How.NEW  # never seen, or restored, which sends no event
    return None if record.status in (Status.WAITING, Status.RUNNING) else judge(stamp, record)


def later(stamp: EntityStamp, record: Record) -> How | None:
    """By the clock, where nothing better is known."""
    return How.CHANGED if stamp.modified_at > record.changed_at - CLOCK_GRAIN else None


def leave_requests(scan: ScanRun, found: Iterable[Difference]) -> None:
    """One request for every difference, of the lowest urgency; counted on the comparison's row."""
    rows = list(found)
    for full in (True, False):
        targets = [each.target for each in rows if (each.how not in CRM_ONLY) == full]
        counted = sync_requests.request(targets, urgency=Urgency.SCAN, trace_id=f"scan-{scan.pk}", full=full)
        scan.requested += len(counted)
    scan.save()
