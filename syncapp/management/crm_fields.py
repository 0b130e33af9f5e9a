"""Which fields of the CRM the flows need or would use, and which of them it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.conf import settings

from syncapp.clients.errors import ClientError
from syncapp.clients.espocrm import FIELDS, EspoClient
from syncapp.engine.outside import connections
from syncapp.flows.bankverbindungen import fields as accounts
from syncapp.flows.beteiligte.fields import Rules
from syncapp.models import SystemName

MAIL, PHONE = "emailAddress", "phoneNumber"  # fields; the lists that the hub reads are their attributes

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Needs:
    """Fields of one entity type. What is optional is left out of a write where the CRM lacks it."""

    entity_type: str
    required: tuple[str, ...]
    optional: tuple[str, ...]


def of_parties() -> tuple[Needs, ...]:
    """For parties and bank accounts."""
    synced = Rules.of_settings(settings.CONFIG).synced
    names = dict.fromkeys(name for each in synced for name in (each.crm, each.crm_company) if name)
    status = (FIELDS.sync_status, FIELDS.party_error, FIELDS.party_synced_at)
    return (
        Needs(FIELDS.party_entity, (FIELDS.party_number, MAIL, PHONE, *names), FIELDS.party_optional),
        Needs(
            FIELDS.bank_entity,
            (accounts.IBAN.here.name, FIELDS.bank_party.removesuffix("Id")),
            (*(each.here.name for each in accounts.TABLE[1:]), FIELDS.bank_default, FIELDS.bank_remote_id, *status),
        ),
    )


def warn_at_start() -> None:
    """A line in the log for each field that the CRM lacks; a CRM that does not answer is no reason to wait."""
    if not (connections.configured(SystemName.ESPOCRM) and connections.configured(SystemName.ADVOWARE)):
        return
    try:
        for entity_type, name, needed in _lacking(connections.espocrm()):
            log.warning("crm.field_missing", entity_type=entity_type, field=name, needed=needed)
    except ClientError as exc:
        log.warning("crm.fields_unknown", error=type(exc).__name__)


def _lacking(crm: EspoClient) -> Iterator[tuple[str, str, bool]]:
    for needs in of_parties():
        present = crm.metadata(needs.entity_type).fields
        for needed, names in ((True, needs.required), (False, needs.optional)):
            yield from ((needs.entity_type, name, needed) for name in names if name not in present)
