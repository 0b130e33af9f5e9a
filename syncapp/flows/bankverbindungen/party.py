"""All bank accounts of one party: at most one default, and what only Advoware has is brought to the CRM (setting)."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.clients.advoware import BankAccount
from syncapp.clients.errors import ClientError, Duplicate, NotFound, Rejected
from syncapp.clients.espocrm import FIELDS, EspoBankAccount
from syncapp.clients.espocrm.fields import ID, NAME
from syncapp.clients.espocrm.takes import ANYTHING
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Failed, Plan
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.events import dispatch
from syncapp.events.topics import topic_of
from syncapp.flows import directions
from syncapp.flows.bankverbindungen import register
from syncapp.flows.bankverbindungen.accounts import iban_here, iban_there, made, not_taken, title
from syncapp.flows.bankverbindungen.fields import IBAN
from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.bankverbindungen.party_plan import BringToCrm, PartyAccountsState, UnsetDefault, plan
from syncapp.flows.bankverbindungen.state import CRM, Why
from syncapp.flows.lens.core import Unreadable
from syncapp.flows.lens.declaration import Side
from syncapp.models import JournalAction, JournalEntry, Record, SystemName
from syncapp.people import tasks


class PartyAccountsWrite(JournalAction):
    BRING = "create_crm_bank_account", _("bank account created in the CRM")
    UNSET_DEFAULT = "unset_default", _("standard account unset in the CRM")


class PartyAccounts:
    """One run for one party."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._crm, self._advoware = connections.espocrm(run), connections.advoware(run)

    def read(self) -> PartyAccountsState:
        party_id = self._run.entity_id
        number = register.party_number(party_id)
        # Advoware first: what the hub has made there comes from an account that the CRM shows afterwards.
        there = self._there(number) if settings.CONFIG.BANK_ACCOUNTS_TO_ESPOCRM and number is not None else ()
        try:
            rows = tuple(row for row in self._crm.bank_accounts(party_id) if not row.deleted)
        except NotFound:
            return PartyAccountsState(None)
        # What an account of the CRM once stood for counts too: a person may have to change or remove it there.
        new = register.never_known(number, there) if there and number is not None else ()
        known = {iban_here(row) for row in rows}
        by_iban = {iban: each for each in new if (iban := iban_there(each)) and iban not in known}
        said = [IBAN.there.get(each.raw) for each in new]
        not_taken = self._not_taken(by_iban)
        return PartyAccountsState(
            rows,
            tuple(each for iban, each in sorted(by_iban.items()) if iban not in not_taken),
            tuple(sorted({each.shown for each in said if isinstance(each, Unreadable)})),
            not_taken,
            CRM in directions.writable(),
            number,
            str(self._run.agreed.get("default", "")),
            self._moved(rows, number),
            tasks.closed_by_hand(self._run.record),
            self._made_before(by_iban),
        )

    def _not_taken(self, ibans: Collection[str]) -> dict[str, str]:
        takes = self._crm.takes(FIELDS.bank_entity) if ibans else {}
        return {iban: why.code for iban in sorted(ibans) if (why := not_taken(iban, takes)) is not None}

    def _there(self, number: int) -> tuple[BankAccount, ...]:
        try:
            return self._advoware.bank_accounts(number)
        except NotFound:
            return ()

    def _made_before(self, ibans: Collection[str]) -> dict[str, EspoBankAccount]:
        entries = JournalEntry.objects.filter(record=self._run.record, action=PartyAccountsWrite.BRING)
        entries = entries.filter(mark__in=list(ibans)).exclude(target_id="").order_by("pk")
        rows = {}
        for iban, pk in dict(entries.values_list("mark", "target_id")).items():
            with suppress(NotFound):
                rows[iban] = self._crm.bank_account(pk)
        return {iban: row for iban, row in rows.items() if self._as_made(row, iban)}

    def _as_made(self, row: EspoBankAccount, iban: str) -> bool:
        """What a person has completed, moved or removed since is theirs."""
        own = row.party_id in ("", self._run.entity_id) and (not row.iban or iban_here(row) == iban)
        return own and not (row.iban and row.party_id) and not row.deleted

    def _moved(self, rows: tuple[EspoBankAccount, ...], number: int | None) -> tuple[str, ...]:
        if number is None:
            return ()
        records = Record.objects.filter(step=BANK_SYNC, entity_id__in=[row.id for row in rows])
        if number == self._run.agreed.get("number"):
            records = records.filter(reason=Why.PARTY_GONE)
        return tuple(
            record.entity_id
            for record in records
            if record.agreed.get("number") != number or record.reason == Why.PARTY_GONE
        )

    def plan(self, state: PartyAccountsState) -> Plan:
        return plan(state)

    def apply(self, state: PartyAccountsState, plan: Plan) -> Ending:
        tasks.reconcile_tasks(self._run.record, plan.tasks)
        self._look_at_brought(state)
        for account_id in state.moved:
            self._look_at(account_id)
        refused: ClientError | None = None
        for action in plan.actions:
            try:
                match action:
                    case BringToCrm():
                        if lacking := self._lacking(self._bring(action), iban_there(action.account)):
                            return Failed(Why.FIELD_MISSING, lacking)
                    case UnsetDefault():
                        self._unset_default(action.row)
            except (Rejected, Duplicate) as exc:  # one account that is refused stops no other
                refused = refused or exc
        if refused is not None:
            raise refused
        return plan.ending

    def failed(self, reason: str, detail: str = "", system: str = "") -> None:
        """The accounts themselves show their failures."""

    def _unset_default(self, row: EspoBankAccount) -> None:
        intent = WriteIntent(SystemName.ESPOCRM, PartyAccountsWrite.UNSET_DEFAULT, FIELDS.bank_entity, row.id)
        with self._run.writing(intent, {FIELDS.bank_default: [True, False]}):
            self._crm.update(FIELDS.bank_entity, row.id, {FIELDS.bank_default: False}, row.version)

    def _bring(self, action: BringToCrm) -> EspoBankAccount:
        """As EspoCRM has kept it: what the hub may not write it leaves out in silence."""
        takes, iban = self._crm.takes(FIELDS.bank_entity), iban_there(action.account)
        values = made(action.account.raw, Side.THERE, takes)
        fields: dict[str, object] = {
            NAME: title(values, takes.get(NAME, ANYTHING)),
            FIELDS.bank_party: self._run.entity_id,
            **values,
            FIELDS.bank_active: True,
        }
        if (into := action.into) is not None:  # what stands there by now may be a person's
            fields = {name: value for name, value in fields.items() if into.raw.get(name, value) in (None, "")}
        intent = WriteIntent(SystemName.ESPOCRM, PartyAccountsWrite.BRING, FIELDS.bank_entity, mark=iban)
        with self._run.writing(intent, {name: [None, value] for name, value in fields.items()}) as entry:
            if into is None:
                raw = self._crm.create(FIELDS.bank_entity, fields)
            else:
                raw = self._crm.update(FIELDS.bank_entity, into.id, fields, into.version)
            entry.target_id = str(raw[ID])
            self._look_at(entry.target_id)  # before the entry is closed, so that a death in between is noticed
        return EspoBankAccount.from_api(raw)

    def _lacking(self, row: EspoBankAccount, iban: str) -> str:
        """Without these it can't be told, and would be brought again by each run."""
        if iban_here(row) != iban:
            return FIELDS.iban
        return "" if row.party_id == self._run.entity_id else FIELDS.bank_party

    def _look_at_brought(self, state: PartyAccountsState) -> None:
        """An earlier run may have brought an account and not have lived to ask for the look at it."""
        marks = {entry.mark for entry in self._run.unsettled_writes(PartyAccountsWrite.BRING)}
        for row in state.rows or ():
            if iban_here(row) in marks:
                self._look_at(row.id)

    def _look_at(self, account_id: str) -> None:
        # Our own change may send us no event; a lost one would leave the account without its agreement.
        kind = FIELDS.bank_entity
        dispatch.emit(topic_of(kind, "update"), kind, [account_id], trace_id=self._run.trace_id, full=True)
