"""The step of bank accounts: read both sides, plan, create, read back, remember."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Self

from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.errors import Rejected
from syncapp.clients.espocrm import FIELDS, EspoBankAccount, EspoClient
from syncapp.clients.espocrm.changes import espo_time
from syncapp.clients.http.observe import Observer
from syncapp.engine.outside import connections, locks
from syncapp.engine.runs.planning import Compared, Ending, Failed, Postponed, Settled, Skipped, read_again
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.events import dispatch
from syncapp.flows import directions, texts
from syncapp.flows.bankverbindungen import register
from syncapp.flows.bankverbindungen.accounts import Place, iban_here, iban_there, made
from syncapp.flows.bankverbindungen.agreement import Agreed
from syncapp.flows.bankverbindungen.fields import TABLE
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, CHECK_ACCOUNTS, PARTY_WANTED
from syncapp.flows.bankverbindungen.journal import AccountWrite
from syncapp.flows.bankverbindungen.plan import LATER, AccountPlan, CreateAccount, WriteCrm, plan
from syncapp.flows.bankverbindungen.reading import NumberOf, Reader
from syncapp.flows.bankverbindungen.state import AccountState, Why, remembered
from syncapp.flows.glances import NOBODY, in_lists
from syncapp.flows.lens.core import text_of
from syncapp.flows.lens.declaration import Side
from syncapp.flows.lens.showing import beside
from syncapp.flows.limits import Resource
from syncapp.flows.writes import CrmWrite
from syncapp.models import JournalAction, SystemName
from syncapp.people import tasks, written

AT_ONCE = timedelta(seconds=1)
CREATING = timedelta(minutes=5)  # a read and a write, however slowly Advoware answers


class BankverbindungenSync:
    """One run of one bank account."""

    def __init__(
        self,
        run: Run,
        crm: EspoClient | None = None,
        advoware: AdvowareClient | None = None,
        number_of: NumberOf = register.party_number,
    ) -> None:
        self._run = run
        self._crm, self._advoware = crm or connections.espocrm(run), advoware or connections.advoware(run)
        self._reader = Reader(run, self._crm, self._advoware, number_of)

    @classmethod
    def listed(cls, runs: Sequence[Run], watch: Observer) -> Iterator[tuple[Run, Self]]:
        return in_lists(lambda run, crm: cls(run, crm, NOBODY), runs, watch)

    def read(self) -> AccountState:
        return self._reader.read()

    def plan(self, state: AccountState) -> AccountPlan:
        return plan(state)

    def sides(self, state: AccountState) -> tuple[Compared, ...]:
        row, partner = state.account, state.partner
        if row is None or partner is None:
            return ()
        bases = state.agreed.bases
        return tuple(
            beside(each, bases.get(each.name), each.here.get(row.raw), each.there.get(partner.raw)) for each in TABLE
        )

    def apply(self, state: AccountState, plan: AccountPlan) -> Ending:
        if state.untouched:
            return plan.ending
        if isinstance(plan.ending, Failed):
            if not state.lacking:  # else nothing is known about the tasks
                tasks.reconcile_tasks(self._run.record, plan.tasks)  # what was to be entered there may be wrong itself
            self.failed(plan.ending.reason, plan.ending.detail)
            return plan.ending
        account = state.account
        if account is not None and isinstance(plan.ending, Postponed) and plan.ending.reason == Why.PARTY_PENDING:
            return self._wait_for_party(state, account, plan.ending)
        if account is not None and any(isinstance(action, CreateAccount) for action in plan.actions):
            state = self._create(state, account)
            plan = self.plan(state)
            if state.there is None:
                return Postponed(Why.PARTY_PENDING, LATER, waits_for=account.party_id)
        state, plan, account = self._write(state, plan)
        return self._remember(state, plan, account)

    def failed(self, reason: str, detail: str = "", system: str = "") -> None:
        """The CRM shows the failure too, if anything may be written at all."""
        row = self._reader.account() if directions.writable() else None
        if row is None:
            return
        words = texts.for_crm(reason, detail, system, self._crm.room(FIELDS.bank_entity, FIELDS.party_error))
        told = {FIELDS.sync_status: "failed", FIELDS.party_error: words}
        fields: dict[str, object] = {
            name: value for name, value in told.items() if name in row.raw and row.raw[name] != value
        }
        if fields:
            self._update(row, fields, CrmWrite.TELL_FAILURE)

    # Writing

    def _wait_for_party(self, state: AccountState, account: EspoBankAccount, ending: Postponed) -> Ending:
        """Advoware was not looked at, so nothing is known about the tasks."""
        party_id = account.party_id
        if state.number is None and not dispatch.records(PARTY_WANTED, FIELDS.party_entity, party_id).exists():
            self._emit(PARTY_WANTED, party_id)
        if state.number is None and register.party_number(party_id) is not None:
            # It came while this run was reading: its call to those who wait for it may have been too early for us.
            return Postponed(Why.PARTY_PENDING, AT_ONCE, waits_for=party_id)
        return ending

    def _create(self, state: AccountState, account: EspoBankAccount) -> AccountState:
        """Nobody can delete it, so one run at a time creates for a party, and looks once more before it does."""
        assert state.number is not None  # noqa: S101  a plan that creates has the party
        run, number, iban = self._run, state.number, iban_here(account)
        key = f"{BANK_SYNC}:{Resource.PARTY}:{number}"
        with locks.hold(key, str(run.claim.token), run.claim.worker, CREATING):
            state = self._reader.compared(state, anew=True)
            if state.there is None or state.partner is not None:
                return state
            register.intend(run.entity_id, Place(number, iban))
            values = made(account.raw, Side.HERE)
            changes = {name: ["", value] for name, value in values.items()}
            target = (Resource.BANK_ACCOUNT, str(number), iban)
            with run.writing(WriteIntent(SystemName.ADVOWARE, AccountWrite.CREATE, *target), changes):
                self._advoware.create_bank_account(number, iban, values)
        # What was answered is not what happened: it counts from now on, and is there when Advoware shows it.
        agreed = Agreed(number, iban, seen=state.agreed.seen, journal=written.last_entry(run.record))
        return self._reader.compared(replace(state, agreed=agreed), anew=True)

    def _write(
        self, state: AccountState, plan: AccountPlan
    ) -> tuple[AccountState, AccountPlan, EspoBankAccount | None]:
        """The single write. A value that the CRM refuses is left out, and then it is a task."""
        row = state.account
        while row is not None and (actions := [each for each in plan.actions if isinstance(each, WriteCrm)]):
            try:
                return state, plan, self._written(state, actions[0], row)
            except Rejected as refusal:
                if refusal.field not in actions[0].values:
                    raise
                state, plan = self._without(state, plan, [e.name for e in TABLE if e.here.name == refusal.field])
        return state, plan, row

    def _written(self, state: AccountState, action: WriteCrm, row: EspoBankAccount) -> EspoBankAccount:
        noted = {
            FIELDS.sync_status: action.status,
            FIELDS.party_error: "",
            FIELDS.party_synced_at: espo_time(timezone.now()),
            FIELDS.bank_remote_id: state.partner.id if state.partner else "",
        }
        fields = {**action.values, **{name: value for name, value in noted.items() if name in row.raw}}
        return EspoBankAccount.from_api(self._update(row, fields, AccountWrite.CRM))

    def _without(
        self, state: AccountState, plan: AccountPlan, names: Collection[str]
    ) -> tuple[AccountState, AccountPlan]:
        """Planned anew without those values, which the CRM did not take."""
        if not names:
            return state, plan
        outcomes = plan.compared.outcomes if plan.compared else {}
        refused = {name: text_of(outcomes[name].value) for name in names}
        state = replace(state, refused={**state.refused, **refused})
        return state, self.plan(state)

    def _update(self, row: EspoBankAccount, fields: dict[str, object], action: JournalAction) -> object:
        intent = WriteIntent(SystemName.ESPOCRM, action, FIELDS.bank_entity, row.id)
        with self._run.writing(intent, {name: [row.raw.get(name), value] for name, value in fields.items()}):
            return self._crm.update(FIELDS.bank_entity, row.id, fields, row.version)

    # Remembering

    def _remember(self, state: AccountState, plan: AccountPlan, account: EspoBankAccount | None) -> Ending:
        run, journal = self._run, written.last_entry(self._run.record)
        if account is not None and not plan.held_back:
            state, plan = self._without(state, plan, remembered(state, plan.compared, account, journal)[1].not_kept)
        open_tasks = tasks.reconcile_tasks(run.record, plan.tasks)
        look = bool(open_tasks or plan.held_back)
        register.forget(run.entity_id, self._reader.gone)
        if account is None or state.party_gone:
            register.leave(run.entity_id)
        if account is None or not isinstance(plan.ending, Settled | Skipped):
            return replace(plan.ending, agreed=replace(state.agreed, look=look).to_json())
        partner = state.partner
        if partner is not None and state.number is not None and iban_there(partner) == iban_here(account) != "":
            register.remember(run.entity_id, state.number, partner)
        agreed, after = remembered(state, plan.compared, account, journal)
        before = state.agreed.seen
        if account.is_default and (before.get("default"), before.get("party")) != (True, account.party_id):
            self._emit(CHECK_ACCOUNTS, account.party_id)
        run.clear_open_writes()  # both sides were read; a task may stay open for long
        ending = read_again() if after.moved_on else plan.ending
        return replace(ending, agreed=replace(agreed, look=look).to_json())

    def _emit(self, topic: str, party_id: str) -> None:
        dispatch.emit(topic, FIELDS.party_entity, [party_id], trace_id=self._run.trace_id, full=True)
