"""Bank accounts that a hub before this one has brought to Advoware. Advoware lists them for each party alone."""

from __future__ import annotations

from collections.abc import Iterator

from syncapp.clients.espocrm import FIELDS, EspoParty
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.run import Run
from syncapp.flows.bankverbindungen import register
from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.bankverbindungen.sync import BankverbindungenSync
from syncapp.flows.taking_over import Finding, Item, Sides


class AccountsTakenOver:
    def __init__(self, sides: Sides) -> None:
        self._crm, self._advoware = sides.crm, sides.advoware

    def items(self) -> Iterator[Item]:
        for pk in self._crm.rows_listed(FIELDS.bank_entity):
            yield Item(Target(BANK_SYNC, FIELDS.bank_entity, pk), self._make)

    def strays(self) -> Iterator[Finding]:
        """What only Advoware has is nobody's mistake."""
        return iter(())

    def _make(self, run: Run) -> BankverbindungenSync:
        return BankverbindungenSync(run, self._crm, self._advoware, self._number_of)

    def _number_of(self, party_id: str) -> int | None:
        """As the CRM shows it, where the hub has not looked at the party yet."""
        row = self._crm.rows_listed(FIELDS.party_entity).get(party_id)
        return register.party_number(party_id) or (EspoParty.from_api(row).number if row else None)
