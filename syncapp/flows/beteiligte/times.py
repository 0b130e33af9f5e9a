"""Which side a person changed last, for fields that were never compared before."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from syncapp.clients.espocrm.fields import MODIFIED_AT
from syncapp.flows.beteiligte.actions import ADVOWARE, CRM
from syncapp.flows.beteiligte.merge import UNKNOWN
from syncapp.flows.beteiligte.sides import SAME_SECOND
from syncapp.models import JournalEntry, SystemName

DEPTH = 20  # own writes in a row that are looked through


def newer(entity_id: str, crm: datetime | None, advoware: datetime | None) -> str:
    """The side with the newer time, the only one that is known, or EspoCRM; "" when they are equal.

    UNKNOWN when the hub's own write hides when a person last changed the party in EspoCRM.
    """
    if crm is not None:
        person = _by_a_person(entity_id, crm)
        if person is None:
            return UNKNOWN
        crm = person
    if crm is None or advoware is None:
        return ADVOWARE if advoware is not None else CRM
    if abs(crm - advoware) < SAME_SECOND:
        return ""
    return CRM if crm > advoware else ADVOWARE


def _by_a_person(entity_id: str, moment: datetime) -> datetime | None:
    """The time before our own writes, which note what it was; None when one of them did not."""
    for _ in range(DEPTH):
        mine = JournalEntry.objects.filter(system=SystemName.ESPOCRM, target_id=entity_id)
        ended = Q(finished_at__gte=moment - SAME_SECOND) | Q(finished_at=None)
        entry = mine.filter(ended, begun_at__lte=moment + SAME_SECOND).order_by("pk").first()
        if entry is None:
            return moment
        before = (entry.changes.get(MODIFIED_AT) or [None])[0]
        if before is None or datetime.fromisoformat(before) >= moment:
            return None
        moment = datetime.fromisoformat(before)
    return None


def noted(moment: datetime | None) -> dict[str, list[str | None]]:
    """For the journal entry of a write to EspoCRM: when the record was changed before it."""
    return {MODIFIED_AT: [moment.isoformat(), None]} if moment is not None else {}
