"""Which bank accounts of the CRM were changed since both sides agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syncapp.clients.espocrm import FIELDS, EntityStamp, EspoBankAccount, EspoClient
from syncapp.flows import differences
from syncapp.flows.bankverbindungen.fields import TABLE
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.bankverbindungen.mapping import Agreed, unchanged
from syncapp.flows.bankverbindungen.reading import crm_account
from syncapp.flows.differences import Difference, Found, How
from syncapp.models import Reason, Record, Reference, ReferenceKind, Status

COLUMNS = (FIELDS.iban, *(each.crm for each in TABLE), FIELDS.bank_party, FIELDS.bank_default)


def in_crm(crm: EspoClient, since: datetime | None, *, whole: bool) -> Iterator[Found]:
    """What the CRM changed since the moment; `whole`: also what it does not have any more."""
    stamps = crm.changed_since(FIELDS.bank_entity, since, COLUMNS)
    return differences.in_crm(BANK_SYNC, FIELDS.bank_entity, stamps, _changed, whole=whole)


def _changed(stamp: EntityStamp, record: Record) -> How | None:
    agreed = Agreed.from_json(record.agreed)
    if agreed.seen and record.status in (Status.IN_SYNC, Status.SKIPPED) and record.reason != Reason.DISCARDED:
        account = crm_account(EspoBankAccount.from_api(stamp.values))
        return None if unchanged(account, agreed) else How.CHANGED
    return differences.later(stamp, record)


def of_every_party() -> Found:
    """Accounts that only Advoware has can be found by asking for each party alone."""
    parties = Reference.objects.filter(kind=ReferenceKind.PARTY, entity_type=FIELDS.party_entity)
    ids = parties.values_list("entity_id", flat=True).iterator(chunk_size=2000)
    return Found([Difference(PARTY_ACCOUNTS, FIELDS.party_entity, pk, How.STALE) for pk in ids])
