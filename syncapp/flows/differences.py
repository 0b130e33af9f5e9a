"""What a comparison finds: an entity on which the systems differ, and in what way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.models import ScanRun, Urgency


class How(StrEnum):
    NEW = "new in the CRM"
    CHANGED = "changed in the CRM"
    LINKS = "belongs elsewhere than it is"
    MISSING_REMOTELY = "missing at xAI"
    GONE = "gone in the CRM"
    CHANGED_IN_ADVOWARE = "changed in Advoware"
    GONE_IN_ADVOWARE = "gone in Advoware"
    TASK = "a person's task may be done"
    FAILED = "failed before"
    STALE = "not looked at for a day"
    UNSURE = "perhaps changed in the CRM"
    NOT_SHOWN = "a task is not shown in the CRM as it is"


# Nothing is known to have changed: looked at, and no reason to stop a comparison that finds many.
ONLY_A_LOOK = frozenset({How.TASK, How.FAILED, How.STALE, How.UNSURE, How.NOT_SHOWN})
# An event of the CRM says as much: one read of the CRM shows whether there is more to do.
CRM_ONLY = frozenset({How.UNSURE})
# What would take something away; many of these at once are more often an outage or a lost right than an intention.
TAKES_AWAY = frozenset({How.GONE, How.LINKS})


@dataclass(frozen=True, slots=True)
class Difference:
    step: str
    entity_type: str
    entity_id: str
    how: How

    @property
    def why(self) -> str:
        return self.how.value

    @property
    def target(self) -> Target:
        return Target(self.step, self.entity_type, self.entity_id)


def leave_requests(scan: ScanRun, found: Iterable[Difference]) -> None:
    """One request for every difference, of the lowest urgency; counted on the comparison's row."""
    rows = list(found)
    for full in (True, False):
        targets = [each.target for each in rows if (each.how not in CRM_ONLY) == full]
        counted = sync_requests.request(targets, urgency=Urgency.SCAN, trace_id=f"scan-{scan.pk}", full=full)
        scan.requested += len(counted)
    scan.save()
