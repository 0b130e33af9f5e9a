"""Which parties were changed on a side since both agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, PartyStamp
from syncapp.clients.espocrm import FIELDS, EntityStamp, EspoClient
from syncapp.events.registry import PARTY_SYNC
from syncapp.flows.beteiligte import register
from syncapp.flows.differences import Difference, How
from syncapp.models import NOTICES, Reason, Record, Status, Task, TaskState

ROWS = 200
STALE_AFTER = timedelta(hours=24)
CLOCK_GRAIN = timedelta(seconds=2)  # EspoCRM's times are whole seconds
REST = timedelta(hours=1)  # what failed stays red for a while, so that a person can see it
GIVEN_UP = (Reason.EXHAUSTED, Reason.INTERNAL_ERROR)  # tried often enough, or no other answer to expect
# A comparison may ask for so many looks at failures, tasks and the like; the next one takes the next.
LOOKS = 500


def in_crm(
    crm: EspoClient, since: datetime | None, tell: Callable[[int], None], *, whole: bool
) -> Iterator[Difference]:
    """What the CRM changed since the moment; `whole`: also what it does not have any more."""
    seen: set[str] = set()
    stamps = crm.changed_since(FIELDS.party_entity, since)
    while batch := list(islice(stamps, ROWS)):
        rows = Record.objects.filter(step=PARTY_SYNC, entity_id__in=[stamp.id for stamp in batch])
        records = {record.entity_id: record for record in rows}
        seen.update(stamp.id for stamp in batch)
        tell(len(batch))
        for stamp in batch:
            if how := _changed_in_crm(stamp, records.get(stamp.id)):
                yield _party(stamp.id, how)
    if whole:
        known = Record.objects.filter(step=PARTY_SYNC).exclude(status=Status.SKIPPED, reason=Reason.ENTITY_GONE)
        for pk in known.values_list("entity_id", flat=True).iterator(chunk_size=2000):
            if pk not in seen:
                yield _party(pk, How.GONE)


def _changed_in_crm(stamp: EntityStamp, record: Record | None) -> How | None:
    if record is None or record.reason in (Reason.ENTITY_GONE, Reason.NOT_CONFIGURED):
        return How.NEW  # never seen, or restored, which sends no event
    if record.status in (Status.WAITING, Status.RUNNING):
        return None  # on its way already
    if record.status == Status.IN_SYNC or record.agreed.get("stamp"):
        agreed = record.agreed.get("stamp", "")
        if not agreed:
            return How.UNSURE
        return None if agreed == stamp.modified_at.astimezone(UTC).isoformat() else How.CHANGED
    return How.CHANGED if stamp.modified_at > record.changed_at - CLOCK_GRAIN else None


def in_advoware(advoware: AdvowareClient, tell: Callable[[int], None]) -> Iterator[Difference]:
    """What Advoware's list shows otherwise than it was when both sides agreed; one call."""
    known = register.known_states()
    for stamp in advoware.parties():
        tell(1)
        state = known.pop(stamp.number, None)
        if state is not None and (state.gone or not _as_agreed(stamp, state)):
            yield _party(state.entity_id, How.CHANGED_IN_ADVOWARE)
    for state in known.values():
        if not state.gone:
            yield _party(state.entity_id, How.GONE_IN_ADVOWARE)


def _as_agreed(stamp: PartyStamp, state: register.KnownState) -> bool:
    if stamp.fingerprint == state.fingerprint:
        return True
    # A list without the entries says nothing about them; then only the party's own version can be compared.
    whole = any(key.lower() == "kommunikation" for key in stamp.party.raw)
    return not whole and bool(stamp.row_id) and stamp.row_id == state.row_id


def not_looked_at_lately() -> Iterator[Difference]:
    """Parties in agreement for over a day, the longest first."""
    before = timezone.now() - STALE_AFTER
    stale = Record.objects.filter(step=PARTY_SYNC, status=Status.IN_SYNC, settled_at__lt=before).order_by("settled_at")
    for pk in stale.values_list("entity_id", flat=True)[:LOOKS]:
        yield _party(pk, How.STALE)


def needing_a_look(steps: Iterable[str]) -> Iterator[Difference]:
    """Open tasks may have been done meanwhile, and what failed may work now."""
    ours = Record.objects.filter(step__in=list(steps))
    waiting = Task.objects.filter(state=TaskState.OPEN).exclude(kind__in=NOTICES)
    tasks = ours.filter(pk__in=waiting.values("record"), status=Status.SKIPPED)
    failed = ours.filter(status=Status.FAILED, changed_at__lt=timezone.now() - REST).exclude(reason__in=GIVEN_UP)
    for rows, how in ((tasks, How.TASK), (failed, How.FAILED)):
        for step, kind, pk in rows.order_by("changed_at").values_list("step", "entity_type", "entity_id")[:LOOKS]:
            yield Difference(step, kind, pk, how)


def _party(entity_id: str, how: How) -> Difference:
    return Difference(PARTY_SYNC, FIELDS.party_entity, entity_id, how)
