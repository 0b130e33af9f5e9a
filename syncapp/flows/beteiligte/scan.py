"""Which parties were changed on a side since both agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, AdvowareParty
from syncapp.clients.espocrm import FIELDS, EntityStamp, EspoClient
from syncapp.flows import differences
from syncapp.flows.beteiligte import register
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.differences import Difference, Found, How
from syncapp.models import Record, Status

STALE_AFTER = timedelta(hours=24)
LOOKS = 500  # a comparison may ask for so many; the next one takes the next


def in_crm(crm: EspoClient, since: datetime | None, *, whole: bool) -> Iterator[Found]:
    """What the CRM changed since the moment; `whole`: also what it does not have any more."""
    stamps = crm.changed_since(FIELDS.party_entity, since)
    return differences.in_crm(PARTY_SYNC, FIELDS.party_entity, stamps, _changed_in_crm, whole=whole)


def _changed_in_crm(stamp: EntityStamp, record: Record) -> How | None:
    agreed = record.agreed.get("stamp", "")
    if agreed:
        return None if agreed == stamp.modified_at.astimezone(UTC).isoformat() else How.CHANGED
    return How.UNSURE if record.status == Status.IN_SYNC else differences.later(stamp, record)


def in_advoware(advoware: AdvowareClient) -> Found:
    """What Advoware's list shows otherwise than it was when both sides agreed; one call."""
    known, found, parties = register.known_states(), [], list(advoware.parties())
    for party in parties:
        state = known.pop(party.number, None)
        if state is not None and (state.gone or not _as_agreed(party, state)):
            found.append(_party(state.entity_id, How.CHANGED_IN_ADVOWARE))
    found += [_party(state.entity_id, How.GONE_IN_ADVOWARE) for state in known.values() if not state.gone]
    return Found(found, len(parties))


def _as_agreed(party: AdvowareParty, state: register.KnownState) -> bool:
    if party.fingerprint == state.fingerprint:
        return True
    # A list without the entries says nothing about them; then only the party's own version can be compared.
    whole = any(key.lower() == "kommunikation" for key in party.raw)
    return not whole and bool(party.row_id) and party.row_id == state.row_id


def not_looked_at_lately() -> Found:
    """Parties in agreement for over a day, the longest first."""
    before = timezone.now() - STALE_AFTER
    stale = Record.objects.filter(step=PARTY_SYNC, status=Status.IN_SYNC, settled_at__lt=before).order_by("settled_at")
    return Found([_party(pk, How.STALE) for pk in stale.values_list("entity_id", flat=True)[:LOOKS]])


def _party(entity_id: str, how: How) -> Difference:
    return Difference(PARTY_SYNC, FIELDS.party_entity, entity_id, how)
