"""Cases whose events got lost."""

from __future__ import annotations

from collections.abc import Iterator

from syncapp.engine.outside import connections
from syncapp.flows.differences import Difference, Found, How
from syncapp.models import Record
from tests.followups.flow import CASE, FOLLOWUP_SYNC


def cases() -> Iterator[Found]:
    found = [str(row["id"]) for row in connections.espocrm().rows(CASE, ("id",))]
    known = set(Record.objects.filter(step=FOLLOWUP_SYNC, entity_id__in=found).values_list("entity_id", flat=True))
    yield Found([Difference(FOLLOWUP_SYNC, CASE, pk, How.NEW) for pk in found if pk not in known], len(found))
