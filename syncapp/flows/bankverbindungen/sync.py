"""The step of bank accounts: read both sides, plan, create, read back, remember."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from syncapp.clients.advoware import BankAccount
from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import FIELDS, EspoBankAccount
from syncapp.clients.espocrm.changes import espo_time
from syncapp.engine import connections, people, wishes
from syncapp.engine.planning import Ending, Failed, Plan, Settled, Skipped
from syncapp.engine.run import Run, WriteIntent
from syncapp.engine.wishes import Target
from syncapp.events import registry
from syncapp.flows import directions, texts
from syncapp.flows.bankverbindungen import register
from syncapp.flows.bankverbindungen.mapping import Account, Agreed, unchanged
from syncapp.flows.bankverbindungen.plan import AccountState, CreateAccount, Why, WriteCrm, plan, remembered
from syncapp.flows.limits import Resource
from syncapp.models import Reason, Record, Status, SystemName, Urgency

CRM_NAMES = {"bic": FIELDS.bic, "kontoinhaber": FIELDS.bank_holder, "bank": FIELDS.bank_name}


def crm_account(row: EspoBankAccount) -> Account:
    return Account.of(row.iban, row.bic, row.holder, row.bank, row.id)


def advoware_account(row: BankAccount) -> Account:
    return Account.of(row.iban, row.bic, row.holder, row.bank, row.id)


class BankverbindungenSync:
    """One run of one bank account."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._crm, self._advoware = connections.espocrm(run), connections.advoware(run)
        self._row: EspoBankAccount | None = None

    def read(self) -> AccountState:
        run, agreed = self._run, Agreed.from_json(self._run.agreed)
        row = self._row = self._account()
        if row is not None and self._is_echo(row, agreed):
            return AccountState(crm_account(row), agreed, untouched=True)
        party_id = row.party_id if row else ""
        number = register.party_number(party_id) if party_id else agreed.number if row is None else None
        state = AccountState(
            crm_account(row) if row else None,
            agreed,
            party_id,
            number=number,
            party_on_its_way=self._party_is_on_its_way(party_id) if row and number is None else False,
            there=self._there(number) if number is not None else (),
            elsewhere=row is None and register.stands_elsewhere(run.entity_id),
            closed=people.closed_by_hand(run.record),
            writable=directions.writable(),
        )
        return self._with_shown(state, row)

    def _account(self) -> EspoBankAccount | None:
        try:
            row = self._crm.bank_account(self._run.entity_id)
        except NotFound:
            return None
        return None if row.deleted else row

    def _is_echo(self, row: EspoBankAccount, agreed: Agreed) -> bool:
        """Whether nothing changed in the CRM and nobody asked for more: then one read is enough."""
        run = self._run
        if (
            run.thorough
            or agreed.look
            or run.record.served < run.claim.wish - 1
            or row.raw.get(FIELDS.sync_status) == "failed"
        ):
            return False
        return unchanged(crm_account(row), agreed) and register.party_number(row.party_id) == agreed.number

    def _party_is_on_its_way(self, party_id: str) -> bool:
        record = Record.objects.filter(step=registry.PARTY_SYNC, entity_type=FIELDS.party_entity, entity_id=party_id)
        return not record.exclude(status__in=[Status.WAITING, Status.RUNNING, Status.IN_SYNC]).exists()

    def _there(self, number: int) -> tuple[Account, ...]:
        try:
            return tuple(advoware_account(row) for row in self._advoware.bank_accounts(number))
        except NotFound:
            return ()  # the party itself is gone there; its own step tells staff

    def _with_shown(self, state: AccountState, row: EspoBankAccount | None) -> AccountState:
        if row is None or state.account is None:
            return state
        there = state.with_iban(state.account.iban)
        kept = FIELDS.bank_remote_id in row.raw
        stale = kept and there is not None and (row.raw.get(FIELDS.bank_remote_id) or "") != there.id
        status = str(row.raw[FIELDS.sync_status] or "") if FIELDS.sync_status in row.raw else None
        return replace(state, shown=status, stale_id=stale)

    def plan(self, state: AccountState) -> Plan:
        return plan(state)

    def apply(self, state: AccountState, plan: Plan) -> Ending:
        if state.untouched:
            return plan.ending
        if isinstance(plan.ending, Failed):
            self.failed(plan.ending.reason)
            return plan.ending
        if plan.ending == Skipped(Why.ENTITY_GONE):
            register.forget(self._run.entity_id)
        if state.number is None and state.party_id:
            self._ask_for_party(state.party_id)
        account = state.account
        for action in plan.actions:
            match action:
                case CreateAccount():
                    state = self._create(state, action)
                case WriteCrm() if self._row is not None:
                    account = self._write(state, action, self._row)
                    if account is None:
                        return Failed(Reason.FIELD_MISSING, FIELDS.iban)
        return self._remember(state, account, plan)

    def failed(self, reason: str) -> None:
        """The CRM shows the failure too, if anything may be written at all."""
        row = self._account() if directions.writable() else None
        if row is None:
            return
        told = {FIELDS.sync_status: "failed", FIELDS.party_error: texts.for_crm(reason)}
        fields: dict[str, object] = {
            name: value for name, value in told.items() if name in row.raw and row.raw[name] != value
        }
        if fields:
            self._update(row, fields, "tell_failure")

    # Writing

    def _ask_for_party(self, party_id: str) -> None:
        known = Record.objects.filter(step=registry.PARTY_SYNC, entity_type=FIELDS.party_entity, entity_id=party_id)
        if not known.exists():
            target = Target(registry.PARTY_SYNC, FIELDS.party_entity, party_id)
            wishes.request([target], urgency=Urgency.FOLLOW_UP, trace_id=self._run.trace_id, thorough=True)

    def _create(self, state: AccountState, action: CreateAccount) -> AccountState:
        """Whatever an earlier run may have made was looked for when the accounts were read."""
        assert state.number is not None  # noqa: S101  a plan that creates has the party
        account, values = action.account, action.account.values
        intent = WriteIntent(SystemName.ADVOWARE, "create_bank_account", Resource.BANK_ACCOUNT, mark=account.iban)
        changes = {"iban": ["", account.iban], **{name: ["", value] for name, value in values.items() if value}}
        with self._run.writing(intent, changes) as entry:
            self._advoware.create_bank_account(
                state.number, iban=account.iban, bic=values["bic"], holder=values["kontoinhaber"], bank=values["bank"]
            )
            entry.target_id = str(state.number)
        return replace(state, there=self._there(state.number))

    def _write(self, state: AccountState, action: WriteCrm, row: EspoBankAccount) -> Account | None:
        """The single write; None when the CRM did not take a value."""
        there = state.with_iban(state.account.iban) if state.account else None
        fields: dict[str, object] = {CRM_NAMES[name]: value for name, value in action.values.items()}
        noted = {
            FIELDS.sync_status: action.status,
            FIELDS.party_error: "",
            FIELDS.party_synced_at: espo_time(timezone.now()),
            FIELDS.bank_remote_id: there.id if there else "",
        }
        fields |= {name: value for name, value in noted.items() if name in row.raw}
        answer = EspoBankAccount.from_api(self._update(row, fields, "update_crm_bank_account"))
        now = crm_account(answer)
        return now if all(now.values[name] == value for name, value in action.values.items()) else None

    def _update(self, row: EspoBankAccount, fields: dict[str, object], action: str) -> object:
        intent = WriteIntent(SystemName.ESPOCRM, action, FIELDS.bank_entity, row.id)
        with self._run.writing(intent, {name: [row.raw.get(name), value] for name, value in fields.items()}):
            return self._crm.update(FIELDS.bank_entity, row.id, fields, row.version)

    # Remembering

    def _remember(self, state: AccountState, account: Account | None, plan: Plan) -> Ending:
        run = self._run
        open_tasks = people.reconcile_tasks(run.record, plan.tasks)
        there = state.with_iban(account.iban) if account else None
        look = bool(open_tasks or plan.held_back)
        if account is None or not isinstance(plan.ending, Settled | Skipped):
            return replace(plan.ending, agreed=replace(state.agreed, look=look).to_json())
        if there is not None and state.number is not None:
            register.remember(run.entity_id, state.number, there)
        if self._row is not None and self._row.is_default:
            self._look_at_defaults(state.party_id)
        run.clear_open_writes()  # both sides were read; a task may stay open for long
        return replace(plan.ending, agreed=remembered(state, account, there, look=look).to_json())

    def _look_at_defaults(self, party_id: str) -> None:
        target = Target(registry.PARTY_ACCOUNTS, FIELDS.party_entity, party_id)
        wishes.request([target], urgency=Urgency.FOLLOW_UP, trace_id=self._run.trace_id, thorough=True)
