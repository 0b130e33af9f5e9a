"""Which bank accounts were changed since both sides agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby, islice

from syncapp.clients.advoware import AdvowareClient, BankAccount
from syncapp.clients.errors import NotFound, UnexpectedAnswer
from syncapp.clients.espocrm import FIELDS, EntityStamp, EspoBankAccount, EspoClient
from syncapp.flows import differences
from syncapp.flows.bankverbindungen import register
from syncapp.flows.bankverbindungen.accounts import found, iban_there, read
from syncapp.flows.bankverbindungen.agreement import Agreed, unchanged
from syncapp.flows.bankverbindungen.fields import TABLE
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.bankverbindungen.state import Why
from syncapp.flows.differences import Difference, Found, How
from syncapp.flows.lens.declaration import Side
from syncapp.models import Reason, Record, Reference, ReferenceKind, Status

COLUMNS = (*(each.here.name for each in TABLE), FIELDS.bank_party, FIELDS.bank_default)
ENDED = (Status.IN_SYNC, Status.SKIPPED)


def in_crm(crm: EspoClient, since: datetime | None, *, whole: bool) -> Iterator[Found]:
    """What the CRM changed since the moment; `whole`: also what it does not have any more."""
    stamps = crm.changed_since(FIELDS.bank_entity, since, COLUMNS)
    return differences.in_crm(BANK_SYNC, FIELDS.bank_entity, stamps, _changed, whole=whole)


def _changed(stamp: EntityStamp, record: Record) -> How | None:
    agreed = Agreed.from_json(record.agreed)
    if agreed.seen and record.status in ENDED and record.reason != Reason.DISCARDED:
        account = EspoBankAccount.from_api(stamp.values)
        party_is_back = record.reason == Why.PARTY_GONE and register.party_number(account.party_id) is not None
        return None if unchanged(account, agreed) and not party_is_back else How.CHANGED
    return differences.later(stamp, record)


def in_advoware(advoware: AdvowareClient) -> Iterator[Found]:
    """What was changed or removed in Advoware, which reports nothing and lists accounts for each party alone."""
    standing = register.standing()
    while batch := list(islice(standing, differences.ROWS)):
        ids = {row.entity_id for row in batch}
        records = Record.objects.filter(step=BANK_SYNC, status__in=ENDED, entity_id__in=ids)
        agreed = {record.entity_id: Agreed.from_json(record.agreed) for record in records}
        known = [row for row in batch if row.entity_id in agreed]
        for number, rows in groupby(known, key=lambda row: row.container_id):
            ids_there = {row.entity_id: row.remote_id for row in rows}
            yield Found(list(_of_party(advoware, int(number), ids_there, agreed)), len(ids_there))


def _of_party(
    advoware: AdvowareClient, number: int, known: Mapping[str, str], agreed: Mapping[str, Agreed]
) -> Iterator[Difference]:
    try:
        rows = advoware.bank_accounts(number)
    except NotFound:
        return  # the comparison of parties tells of it
    except UnexpectedAnswer:
        rows = None  # an account that nobody can read stops no comparison; its own run says what is wrong
    for pk, known_id in known.items():
        before = agreed[pk]
        how = How.STALE if rows is None else _differs(pk, before, rows, known_id) if before.number == number else None
        if how is not None:
            yield Difference(BANK_SYNC, FIELDS.bank_entity, pk, how)


def _differs(pk: str, agreed: Agreed, rows: tuple[BankAccount, ...], known_id: str) -> How | None:
    partner = found(rows, agreed.iban, known_id)
    moved = partner is not None and iban_there(partner) != agreed.iban
    if partner is None or (moved and register.is_anothers(pk, agreed.number or 0, partner)):
        return How.GONE_IN_ADVOWARE if agreed.there else None
    now = read(partner.raw, Side.THERE)
    same = agreed.there and all(now[name] == said for name, said in agreed.there.items())
    return None if same else How.CHANGED_IN_ADVOWARE


def of_every_party() -> Found:
    """Accounts that only Advoware has can be found by asking for each party alone."""
    parties = Reference.objects.filter(kind=ReferenceKind.PARTY, entity_type=FIELDS.party_entity)
    ids = parties.values_list("entity_id", flat=True).iterator(chunk_size=2000)
    return Found([Difference(PARTY_ACCOUNTS, FIELDS.party_entity, pk, How.STALE) for pk in ids])
