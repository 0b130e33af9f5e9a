"""Which bank accounts of the CRM were changed since both sides agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from syncapp.clients.espocrm import FIELDS, EspoBankAccount, EspoClient
from syncapp.events.registry import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.bankverbindungen.fields import TABLE
from syncapp.flows.bankverbindungen.mapping import Agreed, unchanged
from syncapp.flows.bankverbindungen.reading import crm_account
from syncapp.flows.differences import Difference, How
from syncapp.models import Reason, Record, Reference, ReferenceKind, Status

ROWS = 200
COLUMNS = (FIELDS.iban, *(each.crm for each in TABLE), FIELDS.bank_party, FIELDS.bank_default)
CLOCK_GRAIN = timedelta(seconds=2)  # EspoCRM's times are whole seconds


def in_crm(
    crm: EspoClient, since: datetime | None, tell: Callable[[int], None], *, whole: bool
) -> Iterator[Difference]:
    """What the CRM changed since the moment; `whole`: also what it does not have any more."""
    seen: set[str] = set()
    stamps = crm.changed_since(FIELDS.bank_entity, since, COLUMNS)
    while batch := list(islice(stamps, ROWS)):
        accounts = [EspoBankAccount.from_api(stamp.values) for stamp in batch]
        rows = Record.objects.filter(step=BANK_SYNC, entity_id__in=[account.id for account in accounts])
        records = {record.entity_id: record for record in rows}
        seen.update(account.id for account in accounts)
        tell(len(batch))
        for account in accounts:
            if how := _changed(account, records.get(account.id)):
                yield Difference(BANK_SYNC, FIELDS.bank_entity, account.id, how)
    if whole:
        known = Record.objects.filter(step=BANK_SYNC).exclude(status=Status.SKIPPED, reason=Reason.ENTITY_GONE)
        for pk in known.values_list("entity_id", flat=True).iterator(chunk_size=2000):
            if pk not in seen:
                yield Difference(BANK_SYNC, FIELDS.bank_entity, pk, How.GONE)


def _changed(account: EspoBankAccount, record: Record | None) -> How | None:
    if record is None or record.reason in (Reason.ENTITY_GONE, Reason.NOT_CONFIGURED):
        return How.NEW
    if record.status in (Status.WAITING, Status.RUNNING):
        return None
    agreed = Agreed.from_json(record.agreed)
    if agreed.seen and record.status in (Status.IN_SYNC, Status.SKIPPED) and record.reason != Reason.DISCARDED:
        return None if unchanged(crm_account(account), agreed) else How.CHANGED
    later = account.modified_at is not None and account.modified_at > record.changed_at - CLOCK_GRAIN
    return How.CHANGED if later else None


def of_every_party() -> Iterator[Difference]:
    """Accounts that only Advoware has can be found by asking for each party alone."""
    parties = Reference.objects.filter(kind=ReferenceKind.PARTY, entity_type=FIELDS.party_entity)
    for pk in parties.values_list("entity_id", flat=True).iterator(chunk_size=2000):
        yield Difference(PARTY_ACCOUNTS, FIELDS.party_entity, pk, How.STALE)
