"""The step of a party's address: read both sides, compare. It has nothing to write."""

from __future__ import annotations

from syncapp.clients.advoware import PostalAddress
from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import FIELDS
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Plan
from syncapp.engine.runs.run import Run
from syncapp.flows.adressen.plan import Address, AddressState, plan
from syncapp.people import tasks


class AddressLook:
    """One run of one party."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._crm = connections.espocrm(run)
        self._advoware = connections.advoware(run)

    def read(self) -> AddressState:
        try:
            party = self._crm.party(self._run.entity_id)
        except NotFound:
            return AddressState(gone=True)
        if party.deleted or party.number is None:
            return AddressState(gone=party.deleted)
        here = Address(*(party.text(name) for name in FIELDS.party_address))
        return AddressState(party.number, here, self._there(party.number) if here.said else ())

    def _there(self, number: int) -> tuple[Address, ...] | None:
        try:
            return tuple(map(_address, self._advoware.addresses(number)))
        except NotFound:
            return None

    def plan(self, state: AddressState) -> Plan:
        return plan(state)

    def apply(self, _state: AddressState, plan: Plan) -> Ending:
        tasks.reconcile_tasks(self._run.record, plan.tasks)
        return plan.ending


def _address(there: PostalAddress) -> Address:
    return Address(there.street, there.postcode, there.city)
