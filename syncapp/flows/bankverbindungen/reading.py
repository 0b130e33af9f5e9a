"""Reads a bank account on both sides, and asks no more than the decision needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from syncapp.clients.advoware import AdvowareClient, BankAccount
from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import FIELDS, EspoBankAccount, EspoClient
from syncapp.engine.runs.run import Run
from syncapp.events import dispatch
from syncapp.flows import directions
from syncapp.flows.bankverbindungen import register
from syncapp.flows.bankverbindungen.fields import TABLE, code
from syncapp.flows.bankverbindungen.flow import PARTY_WANTED
from syncapp.flows.bankverbindungen.mapping import Account, Agreed, Place, unchanged
from syncapp.flows.bankverbindungen.plan import AccountState
from syncapp.models import Reason, Status
from syncapp.people import tasks

HELD = (Reason.WRITING_OFF, Reason.OBSERVED, Reason.PAUSED)  # a party that waits so may wait for days


def crm_account(row: EspoBankAccount) -> Account:
    values = {each.name: each.canonical(row.text(each.crm)) for each in TABLE}
    return Account(code(row.iban), values, row.id, party=row.party_id, default=row.is_default)


def advoware_account(row: BankAccount) -> Account:
    return Account(code(row.iban), {each.name: each.canonical(row.text(each.advoware)) for each in TABLE}, row.id)


class Reader:
    def __init__(self, run: Run, crm: EspoClient, advoware: AdvowareClient) -> None:
        self._run, self._crm, self._advoware = run, crm, advoware
        self._asked: dict[int, tuple[Account, ...] | None] = {}
        self.row: EspoBankAccount | None = None  # as the CRM answered, for the write
        self.gone: list[Place] = []  # where it stood before, and nothing is left to do

    def read(self) -> AccountState:
        run, agreed = self._run, Agreed.from_json(self._run.agreed)
        row = self.row = self.account()
        if row is not None and self._is_echo(row, agreed):
            return AccountState(crm_account(row), agreed, untouched=True)
        number = register.party_number(row.party_id) if row is not None and row.party_id else None
        state = AccountState(
            crm_account(row) if row is not None else None,
            agreed,
            number,
            party_on_its_way=row is not None and number is None and self._party_is_on_its_way(row.party_id),
            there=self.there(number) if number is not None else (),
            closed=tasks.closed_by_hand(run.record),
            writable=directions.writable(),
        )
        state = self._with_places(state)
        return self._with_shown(state, row) if row is not None else state

    def account(self) -> EspoBankAccount | None:
        try:
            row = self._crm.bank_account(self._run.entity_id)
        except NotFound:
            return None
        return None if row.deleted else row

    def there(self, number: int, *, anew: bool = False) -> tuple[Account, ...] | None:
        """The party's accounts in Advoware; None: the party is gone there, and its own step tells staff."""
        if anew or number not in self._asked:
            try:
                self._asked[number] = tuple(advoware_account(row) for row in self._advoware.bank_accounts(number))
            except NotFound:
                self._asked[number] = None
        return self._asked[number]

    def _is_echo(self, row: EspoBankAccount, agreed: Agreed) -> bool:
        """Whether nothing changed in the CRM and nobody asked for more: then one read is enough."""
        run = self._run
        if (
            run.full
            or agreed.look
            or run.record.served < run.claim.request_number - 1
            or row.raw.get(FIELDS.sync_status) == "failed"
        ):
            return False
        return unchanged(crm_account(row), agreed) and register.party_number(row.party_id) == agreed.number

    def _party_is_on_its_way(self, party_id: str) -> bool:
        record = dispatch.records(PARTY_WANTED, FIELDS.party_entity, party_id)
        moving = record.filter(status__in=[Status.WAITING, Status.RUNNING, Status.IN_SYNC])
        return not record.exists() or moving.exclude(status=Status.WAITING, reason__in=HELD).exists()

    def _with_places(self, state: AccountState) -> AccountState:
        """Where else it stood, and what a creation came to whose answer was lost."""
        places, agreed, number = register.places(self._run.entity_id), state.agreed, state.number
        if agreed.number is not None and agreed.iban:
            places.setdefault(Place(agreed.number, agreed.iban), "")
        here = {place for place in places if place.number == number}
        for place in here:
            if not agreed.iban and state.with_iban(place.iban) is not None:
                state = replace(state, agreed=replace(agreed, number=place.number, iban=place.iban))
        if state.account is None:
            return replace(state, behind=tuple(self._behind(places, deleted=True)))
        if number is None:
            return state
        now = Place(number, state.account.iban)
        state = replace(state, known_id=places.get(now, ""))
        if (old := state.with_iban(state.agreed.iban)) is not None:
            state = replace(state, elsewhere=register.stands_elsewhere(self._run.entity_id, number, old))
        # Until Advoware shows the new IBAN a person is to change the old one; beside the new one it is to be removed.
        still = {now} if state.with_iban(now.iban) is not None else here
        return replace(state, behind=tuple(self._behind(places.keys() - still, deleted=False)))

    def _behind(self, places: Iterable[Place], *, deleted: bool) -> Iterable[Place]:
        for place in sorted(places, key=lambda each: (each.number, each.iban)):
            left = next((each for each in self.there(place.number) or () if each.iban == place.iban), None)
            # A number that no party of the CRM has any more was a wrong one: what stands there is not ours to judge.
            ours = left is not None and (deleted or register.is_of_the_crm(place.number))
            if left is None or not ours or register.stands_elsewhere(self._run.entity_id, place.number, left):
                self.gone.append(place)
            else:
                yield place

    def _with_shown(self, state: AccountState, row: EspoBankAccount) -> AccountState:
        there = state.with_iban(state.account.iban) if state.account is not None else None
        kept = FIELDS.bank_remote_id in row.raw
        stale = kept and there is not None and (row.raw.get(FIELDS.bank_remote_id) or "") != there.id
        status = str(row.raw[FIELDS.sync_status] or "") if FIELDS.sync_status in row.raw else None
        return replace(state, shown=status, stale_id=stale)
