"""Parties that a hub before this one has joined to their numbers in Advoware."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.conf import settings

from syncapp.clients.espocrm import FIELDS, EspoParty
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.run import Run
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.beteiligte.sync import BeteiligteSync
from syncapp.flows.taking_over import Cause, Finding, Item, Sides


class PartiesTakenOver:
    def __init__(self, sides: Sides) -> None:
        self._crm, self._advoware = sides.crm, sides.advoware
        rows = self._crm.rows_listed(FIELDS.party_entity)
        self._numbers = {pk: EspoParty.from_api(row).number for pk, row in rows.items()}
        self._taken = Counter(filter(None, self._numbers.values()))
        if settings.CONFIG.ADVOWARE_PARTIES_LIST == "all":
            listed = (party for party in self._advoware.parties(lambda _row: None))
            # A list without the entries of a party says too little about it.
            whole = (p for p in listed if any(key.lower() == "kommunikation" for key in p.raw))
            self._advoware.parties_listed = {party.number: party for party in whole}

    def items(self) -> Iterator[Item]:
        for pk, number in self._numbers.items():
            twice = number is not None and self._taken[number] > 1
            causes = (Cause.NAMED_TWICE,) if twice else ()
            target = Target(PARTY_SYNC, FIELDS.party_entity, pk)
            yield Item(target, self._make, causes=causes, unplaced=twice, remote_id=str(number or ""))

    def strays(self) -> Iterator[Finding]:
        """Parties that only Advoware has are no remains of a hub."""
        return iter(())

    def _make(self, run: Run) -> BeteiligteSync:
        return BeteiligteSync(run, self._crm, self._advoware)
