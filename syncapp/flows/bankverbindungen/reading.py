"""Reads a bank account on both sides, and asks no more than the decision needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from syncapp.clients.advoware import AdvowareClient, BankAccount
from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import FIELDS, EspoBankAccount, EspoClient
from syncapp.engine.runs.run import Run
from syncapp.events import dispatch
from syncapp.flows import directions
from syncapp.flows.bankverbindungen import register
from syncapp.flows.bankverbindungen.accounts import Place, found, iban_here, iban_there
from syncapp.flows.bankverbindungen.agreement import Agreed, unchanged
from syncapp.flows.bankverbindungen.fields import IBAN
from syncapp.flows.bankverbindungen.flow import PARTY_WANTED
from syncapp.flows.bankverbindungen.journal import own_writes
from syncapp.flows.bankverbindungen.state import AccountState
from syncapp.flows.lens.core import text_of
from syncapp.models import Reason, Status
from syncapp.people import tasks, written

NumberOf = Callable[[str], int | None]  # which number a party of the CRM has in Advoware
HELD = (Reason.WRITING_OFF, Reason.OBSERVED, Reason.PAUSED)  # a party that waits so may wait for days


class Reader:
    def __init__(
        self, run: Run, crm: EspoClient, advoware: AdvowareClient, number_of: NumberOf = register.party_number
    ) -> None:
        self._run, self._crm, self._advoware, self._number_of = run, crm, advoware, number_of
        self._asked: dict[int, tuple[BankAccount, ...] | None] = {}
        self.gone: list[Place] = []  # where it stood before, and nothing is left to do

    def read(self) -> AccountState:
        run, agreed = self._run, Agreed.from_json(self._run.agreed)
        row = self.account()
        if row is not None and self._is_echo(row, agreed):
            return AccountState(row, agreed, untouched=True)
        state = AccountState(
            row,
            agreed,
            refused=agreed.refused,
            closed=tasks.closed_by_hand(run.record),
            writable=directions.writable(),
            takes=self._crm.takes(FIELDS.bank_entity) if row is not None else {},
        )
        lacking = [name for name in (FIELDS.bank_party, FIELDS.iban) if row is not None and name not in row.raw]
        if lacking:
            return replace(state, lacking=lacking[0])
        places = self._places(agreed)
        if row is None:
            return replace(state, behind=self._behind(places))
        if FIELDS.sync_status in row.raw:
            state = replace(state, shown=str(row.raw[FIELDS.sync_status] or ""))
        number = self._number_of(row.party_id) if row.party_id else None
        if number is not None:
            return self.compared(replace(state, number=number))
        gone = bool(row.party_id) and self._party_is_gone(row.party_id)
        if row.party_id and not gone:
            return replace(state, party_on_its_way=self._party_is_on_its_way(row.party_id))
        # What stands at a party that was deleted goes with it: the task about the party says so.
        left = {place: pk for place, pk in places.items() if not (gone and place.number == agreed.number)}
        return replace(state, party_gone=gone, behind=self._behind(left))

    def account(self) -> EspoBankAccount | None:
        try:
            row = self._crm.bank_account(self._run.entity_id)
        except NotFound:
            return None
        return None if row.deleted else row

    def compared(self, state: AccountState, *, anew: bool = False) -> AccountState:
        """With what Advoware shows; `anew`: now, whatever was read before."""
        row, number, places = state.account, state.number, self._places(state.agreed)
        assert row is not None and number is not None  # noqa: S101, PT018  asked for such only
        there = self._there(number, anew=anew)
        if there is None:
            return replace(state, there=None)
        for place in places:
            # What a creation came to whose answer was lost.
            if place.number == number and not state.agreed.iban and found(there, place.iban):
                state = replace(state, agreed=replace(state.agreed, number=number, iban=place.iban))
        partner = self._partner(state, there, iban_here(row), places)
        state = replace(state, there=there, partner=partner)
        # Until Advoware shows the new IBAN a person is to change the old one; beside the new one it is to be removed.
        iban = iban_here(row)
        new = iban and found(there, iban) is not None
        left = {p: pk for p, pk in places.items() if p != Place(number, iban) and (new or p.number != number)}
        stale = partner and FIELDS.bank_remote_id in row.raw and (row.raw[FIELDS.bank_remote_id] or "") != partner.id
        own = own_writes(written.entries_since(self._run.record, state.agreed.journal), number)
        return replace(state, behind=self._behind(left, partner), stale_id=bool(stale), own=own)

    def _partner(
        self, state: AccountState, there: tuple[BankAccount, ...], iban: str, places: Mapping[Place, str]
    ) -> BankAccount | None:
        number, agreed = state.number or 0, state.agreed
        before = agreed.iban if agreed.number == number else ""
        known_id = places.get(Place(number, iban)) or places.get(Place(number, before)) or ""
        partner = found(there, iban, known_id) or found(there, before, known_id)
        if partner is None or iban_there(partner) == iban:
            return partner
        return None if register.is_anothers(self._run.entity_id, number, partner) else partner

    def _places(self, agreed: Agreed) -> dict[Place, str]:
        places = register.places(self._run.entity_id)
        if agreed.number is not None and agreed.iban:
            places.setdefault(Place(agreed.number, agreed.iban), "")
        return places

    def _there(self, number: int, *, anew: bool = False) -> tuple[BankAccount, ...] | None:
        """The party's accounts in Advoware; None: the party is gone there, and its own step tells staff."""
        if anew or number not in self._asked:
            try:
                self._asked[number] = self._advoware.bank_accounts(number)
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
        return unchanged(row, agreed) and register.party_number(row.party_id) == agreed.number

    def _party_is_gone(self, party_id: str) -> bool:
        try:
            return self._crm.party(party_id).deleted
        except NotFound:
            return True

    def _party_is_on_its_way(self, party_id: str) -> bool:
        record = dispatch.records(PARTY_WANTED, FIELDS.party_entity, party_id)
        moving = record.filter(status__in=[Status.WAITING, Status.RUNNING, Status.IN_SYNC])
        return not record.exists() or moving.exclude(status=Status.WAITING, reason__in=HELD).exists()

    def _behind(self, places: Mapping[Place, str], partner: BankAccount | None = None) -> tuple[Place, ...]:
        """The places where Advoware shows it still, as it is there now."""
        behind = []
        for place in sorted(places, key=lambda each: (each.number, each.iban)):
            left = found(self._there(place.number) or (), place.iban, places[place])
            if left is None or left is partner or register.stands_elsewhere(self._run.entity_id, place.number, left):
                self.gone.append(place)
            else:
                behind.append(Place(place.number, text_of(IBAN.there.get(left.raw))))
        return tuple(behind)
