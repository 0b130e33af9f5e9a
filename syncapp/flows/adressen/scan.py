"""Addresses are compared once a night, party by party: neither side tells of those of all at once."""

from __future__ import annotations

from collections.abc import Iterator

from syncapp.clients.espocrm import FIELDS, EntityStamp
from syncapp.engine.outside import connections
from syncapp.flows.adressen.flow import ADDRESS_LOOK
from syncapp.flows.adressen.plan import Why
from syncapp.flows.differences import Found, How, in_crm
from syncapp.models import Reason, Record


def everything() -> Iterator[Found]:
    stamps = connections.espocrm().changed_since(FIELDS.party_entity, None, (FIELDS.party_number,))
    yield from in_crm(ADDRESS_LOOK, FIELDS.party_entity, stamps, _look, whole=True)


def _look(stamp: EntityStamp, record: Record) -> How | None:
    known = stamp.values.get(FIELDS.party_number)
    if record.reason == Reason.DISCARDED or (record.reason == Why.NO_NUMBER and not known):
        return None
    return How.STALE
