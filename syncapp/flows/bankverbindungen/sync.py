"""The step of bank accounts: read both sides, plan, create, read back, remember."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm import FIELDS, EspoBankAccount
from syncapp.clients.espocrm.changes import espo_time
from syncapp.engine.outside import connections, locks
from syncapp.engine.runs.planning import Ending, Failed, Plan, Postponed, Settled, Skipped
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.events import dispatch
from syncapp.flows import directions, texts
from syncapp.flows.bankverbindungen import register
from syncapp.flows.bankverbindungen.fields import TABLE
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, CHECK_ACCOUNTS, PARTY_WANTED
from syncapp.flows.bankverbindungen.mapping import Account, Place
from syncapp.flows.bankverbindungen.plan import LATER, AccountState, CreateAccount, Why, WriteCrm, plan, remembered
from syncapp.flows.bankverbindungen.reading import Reader, crm_account
from syncapp.flows.limits import Resource
from syncapp.flows.writes import CrmWrite
from syncapp.models import JournalAction, Reason, SystemName
from syncapp.people import tasks, written

AT_ONCE = timedelta(seconds=1)
CREATING = timedelta(minutes=5)  # a read and a write, however slowly Advoware answers


class AccountWrite(JournalAction):
    CREATE = "create_bank_account", _("bank account created in Advoware")
    CRM = "update_crm_bank_account", _("bank account changed in the CRM")


class BankverbindungenSync:
    """One run of one bank account."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._crm, self._advoware = connections.espocrm(run), connections.advoware(run)
        self._reader = Reader(run, self._crm, self._advoware)
        self._created = False

    def read(self) -> AccountState:
        return self._reader.read()

    def plan(self, state: AccountState) -> Plan:
        return plan(state)

    def apply(self, state: AccountState, plan: Plan) -> Ending:
        if state.untouched:
            return plan.ending
        if isinstance(plan.ending, Failed):
            tasks.reconcile_tasks(self._run.record, plan.tasks)  # what was to be entered there may be wrong itself
            self.failed(plan.ending.reason)
            return plan.ending
        account = state.account
        if account is not None and account.party and state.number is None:
            self._ask_for_party(account.party)
            if register.party_number(account.party) is not None:
                # It came while this run was reading: its call to those who wait for it may have been too early for us.
                return Postponed(Why.PARTY_PENDING, AT_ONCE, waits_for=account.party)
        for action in plan.actions:
            match action:
                case CreateAccount():
                    state = self._create(state, action)
                    if state.there is None:
                        return Postponed(Why.PARTY_PENDING, LATER, waits_for=account.party if account else "")
                case WriteCrm() if self._reader.row is not None:
                    account = self._write(state, action, self._reader.row)
                    if account is None:
                        return Failed(Reason.FIELD_MISSING, FIELDS.iban)
        return self._remember(state, account, plan)

    def failed(self, reason: str) -> None:
        """The CRM shows the failure too, if anything may be written at all."""
        row = self._reader.account() if directions.writable() else None
        if row is None:
            return
        told = {FIELDS.sync_status: "failed", FIELDS.party_error: texts.for_crm(reason)}
        fields: dict[str, object] = {
            name: value for name, value in told.items() if name in row.raw and row.raw[name] != value
        }
        if fields:
            self._update(row, fields, CrmWrite.TELL_FAILURE)

    # Writing

    def _ask_for_party(self, party_id: str) -> None:
        if not dispatch.records(PARTY_WANTED, FIELDS.party_entity, party_id).exists():
            self._emit(PARTY_WANTED, party_id)

    def _create(self, state: AccountState, action: CreateAccount) -> AccountState:
        """Nobody can delete it, so one run at a time creates for a party, and looks once more before it does."""
        assert state.number is not None  # noqa: S101  a plan that creates has the party
        run, number, account, values = self._run, state.number, action.account, action.account.values
        key = f"{BANK_SYNC}:{Resource.PARTY}:{number}"
        with locks.hold(key, str(run.claim.token), run.claim.worker, CREATING):
            state = replace(state, there=self._reader.there(number, anew=True))
            if state.there is None or state.with_iban(account.iban) is not None:
                return state
            register.intend(run.entity_id, Place(number, account.iban))
            target = (Resource.BANK_ACCOUNT, str(number), account.iban)
            changes = {"iban": ["", account.iban], **{name: ["", value] for name, value in values.items() if value}}
            with run.writing(WriteIntent(SystemName.ADVOWARE, AccountWrite.CREATE, *target), changes):
                fields = {each.advoware: values[each.name] for each in TABLE}
                self._advoware.create_bank_account(number, account.iban, fields)
            self._created = True
        return replace(state, there=self._reader.there(number, anew=True))

    def _write(self, state: AccountState, action: WriteCrm, row: EspoBankAccount) -> Account | None:
        """The single write; None when the CRM did not take a value."""
        there = state.with_iban(state.account.iban) if state.account else None
        fields: dict[str, object] = {each.crm: action.values[each.name] for each in TABLE if each.name in action.values}
        noted = {
            FIELDS.sync_status: action.status,
            FIELDS.party_error: "",
            FIELDS.party_synced_at: espo_time(timezone.now()),
            FIELDS.bank_remote_id: there.id if there else "",
        }
        fields |= {name: value for name, value in noted.items() if name in row.raw}
        answer = EspoBankAccount.from_api(self._update(row, fields, AccountWrite.CRM))
        now = crm_account(answer)
        return now if all(now.values[name] == value for name, value in action.values.items()) else None

    def _update(self, row: EspoBankAccount, fields: dict[str, object], action: JournalAction) -> object:
        intent = WriteIntent(SystemName.ESPOCRM, action, FIELDS.bank_entity, row.id)
        with self._run.writing(intent, {name: [row.raw.get(name), value] for name, value in fields.items()}):
            return self._crm.update(FIELDS.bank_entity, row.id, fields, row.version)

    # Remembering

    def _remember(self, state: AccountState, account: Account | None, plan: Plan) -> Ending:
        run = self._run
        if isinstance(plan.ending, Postponed) and plan.ending.reason == Why.PARTY_PENDING:
            return plan.ending  # Advoware was not looked at, so nothing is known about the tasks
        open_tasks = tasks.reconcile_tasks(run.record, plan.tasks)
        look = bool(open_tasks or plan.held_back)
        register.forget(run.entity_id, self._reader.gone)
        if account is None:
            register.leave(run.entity_id)
        if account is None or not isinstance(plan.ending, Settled | Skipped):
            return replace(plan.ending, agreed=replace(state.agreed, look=look).to_json())
        there = state.with_iban(account.iban)
        if there is not None and state.number is not None:
            register.remember(run.entity_id, state.number, there)
        agreed = remembered(state, account, created=self._created, journal=written.last_entry(run.record))
        if account.default and any(state.agreed.seen.get(name) != account.seen[name] for name in ("default", "party")):
            self._emit(CHECK_ACCOUNTS, account.party)
        run.clear_open_writes()  # both sides were read; a task may stay open for long
        return replace(plan.ending, agreed=replace(agreed, look=look).to_json())

    def _emit(self, topic: str, party_id: str) -> None:
        dispatch.emit(topic, FIELDS.party_entity, [party_id], trace_id=self._run.trace_id, full=True)
