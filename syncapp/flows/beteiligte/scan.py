"""Which parties were changed on a side since both agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import structlog
from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, AdvowareParty
from syncapp.clients.espocrm import FIELDS, EntityStamp, EspoClient
from syncapp.flows import differences
from syncapp.flows.beteiligte import register
from syncapp.flows.beteiligte.fields import LEGAL_FORM, Rules
from syncapp.flows.beteiligte.flow import PARTY_BRINGING, PARTY_SYNC
from syncapp.flows.beteiligte.only_there import Wanted
from syncapp.flows.differences import Difference, Found, How
from syncapp.flows.limits import Resource
from syncapp.models import Record, Status

log = structlog.get_logger(__name__)

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


def in_advoware(advoware: AdvowareClient, *, whole: bool) -> Found:
    """What Advoware's list shows otherwise than it was when both sides agreed; one call.

    `whole`: values are compared too, for a version may stay while they change. A row that is no party stops nothing:
    who is not found because of it is looked at by a run of its own, which says what is wrong.
    """
    malformed: list[object] = []
    known, found, seen = register.known_states(), list[Difference](), 0
    others = _OnlyThere.now(whole=whole)
    synced = [each.advoware for each in Rules.of_settings(settings.CONFIG).synced] if whole else []
    for seen, party in enumerate(advoware.parties(malformed.append), 1):  # noqa: B007  it counts them
        state = known.pop(party.number, None)
        if state is None:
            found += others.looked_at(party)
        elif state.gone or not _as_agreed(party, state, synced):
            found.append(_party(state.entity_id, How.CHANGED_IN_ADVOWARE))
    how = How.STALE if malformed else How.GONE_IN_ADVOWARE
    found += [_party(state.entity_id, how) for state in known.values() if not state.gone]
    if malformed:
        log.warning("scan.malformed_rows", system="advoware", rows=len(malformed))
    return Found(found, seen + len(malformed))


def _as_agreed(party: AdvowareParty, state: register.KnownState, synced: Sequence[str]) -> bool:
    if party.fingerprint == state.fingerprint:
        now = party.said(synced) if synced and state.said else ""
        return not now or now == state.said or now.split(":")[0] != state.said.split(":")[0]  # of other keys
    # A list without the entries says nothing about them; then only the party's own version can be compared.
    whole = any(key.lower() == "kommunikation" for key in party.raw)
    return not whole and bool(party.row_id) and party.row_id == state.row_id


@dataclass(frozen=True, slots=True)
class _OnlyThere:
    """Parties that EspoCRM does not have. `left`: numbers of those that it had, or that were looked at."""

    wanted: Wanted | None
    left: Mapping[int, How | None]

    @classmethod
    def now(cls, *, whole: bool) -> Self:
        rules = Rules.of_settings(settings.CONFIG)
        form = next(each.advoware for each in rules.fields if each.name == LEGAL_FORM)
        wanted = Wanted.of_setting(dict(settings.CONFIG.PARTIES_TO_ESPOCRM.items()), form)
        if wanted is None:
            return cls(None, {})
        once = Record.objects.filter(step=PARTY_SYNC).values_list("agreed__number", flat=True)
        left: dict[int, How | None] = dict.fromkeys(filter(None, once))  # whoever was deleted there does not come back
        for number, status in Record.objects.filter(step=PARTY_BRINGING).values_list("entity_id", "status"):
            left[int(number)] = _AGAIN.get(Status(status)) if whole else None
        return cls(wanted, left)

    def looked_at(self, party: AdvowareParty) -> Iterator[Difference]:
        if self.wanted is None or not self.wanted.takes(party):
            return
        if how := self.left.get(party.number, How.ONLY_IN_ADVOWARE):
            yield Difference(PARTY_BRINGING, Resource.PARTY, str(party.number), how)


_AGAIN = {Status.SKIPPED: How.TASK, Status.FAILED: How.FAILED}


def not_looked_at_lately() -> Found:
    """Parties in agreement for over a day, the longest first."""
    before = timezone.now() - STALE_AFTER
    stale = Record.objects.filter(step=PARTY_SYNC, status=Status.IN_SYNC, settled_at__lt=before).order_by("settled_at")
    return Found([_party(pk, How.STALE) for pk in stale.values_list("entity_id", flat=True)[:LOOKS]])


def _party(entity_id: str, how: How) -> Difference:
    return Difference(PARTY_SYNC, FIELDS.party_entity, entity_id, how)
