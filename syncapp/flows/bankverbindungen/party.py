"""All bank accounts of one party: at most one default, and what only Advoware has is brought to the CRM (setting)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.clients.advoware import BankAccount
from syncapp.clients.errors import ClientError, Duplicate, NotFound, Rejected
from syncapp.clients.espocrm import FIELDS, EspoBankAccount
from syncapp.clients.espocrm.fields import ID, NAME
from syncapp.clients.espocrm.takes import ANYTHING
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Action, Ending, Failed, Plan, Postponed, Settled, Skipped, TaskNeed, still_open
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.events import dispatch
from syncapp.events.topics import topic_of
from syncapp.flows import directions
from syncapp.flows.bankverbindungen import register
from syncapp.flows.bankverbindungen.accounts import iban_here, iban_there, made, not_taken, short, title
from syncapp.flows.bankverbindungen.fields import IBAN
from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.bankverbindungen.plan import HELD_FOR
from syncapp.flows.bankverbindungen.state import ADVOWARE, CRM, Why
from syncapp.flows.lens.core import Unreadable
from syncapp.flows.lens.declaration import Side
from syncapp.flows.limits import Resource
from syncapp.kit.marking import gettext_noop
from syncapp.models import JournalAction, Record, SystemName
from syncapp.people import tasks

MADE = "made"  # in what is kept: an account that EspoCRM made without its IBAN or its party


class PartyAccountsWrite(JournalAction):
    BRING = "create_crm_bank_account", _("bank account created in the CRM")
    UNSET_DEFAULT = "unset_default", _("standard account unset in the CRM")


@dataclass(frozen=True, slots=True)
class BringToCrm(Action):
    """An account that only Advoware has."""

    kind = "bank_account.bring"
    words = gettext_noop("create the bank account in the CRM as a new one")
    account: BankAccount = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnsetDefault(Action):
    """The newest default of a party holds; this older one is none any more."""

    kind = "bank_account.unset_default"
    words = gettext_noop("make the bank account %(account_id)s in the CRM no longer the standard one")
    shown = ("account_id",)
    row: EspoBankAccount = field(repr=False)

    @property
    def account_id(self) -> str:
        return self.row.id


@dataclass(frozen=True, slots=True)
class PartyAccountsState:
    """`rows` None: the party is gone in the CRM. `agreed_default`: the default account as the last run left it.
    `moved`: accounts that were last seen at another number of the party, wait for its first one, or found it deleted.
    `unreadable`: what stands in the IBAN of an account that only Advoware has; `not_taken`: IBANs of such accounts that
    the CRM can't hold, and why. `made`: what an earlier run brought, and EspoCRM did not keep whole: it is completed,
    and no other one is made."""

    rows: tuple[EspoBankAccount, ...] | None
    only_there: tuple[BankAccount, ...] = ()
    unreadable: tuple[str, ...] = ()
    not_taken: Mapping[str, str] = field(default_factory=dict)
    writable: bool = True
    number: int | None = None
    agreed_default: str = ""
    moved: tuple[str, ...] = ()
    closed: frozenset[tuple[str, str, str]] = frozenset()
    made: EspoBankAccount | None = field(default=None, repr=False)


def plan(state: PartyAccountsState) -> Plan:
    if state.rows is None:
        return Plan(Skipped(Why.ENTITY_GONE))
    defaults = sorted((row for row in state.rows if row.is_default), key=lambda row: _age(row, state.agreed_default))
    actions: tuple[Action, ...] = (
        *(UnsetDefault(row) for row in defaults[:-1]),
        *(BringToCrm(each) for each in state.only_there),
    )
    unreadable = (_unreadable(text, state.number) for text in state.unreadable)
    not_taken = (_cant_hold(iban, why, state.number) for iban, why in state.not_taken.items())
    needs = still_open((*unreadable, *not_taken), state.closed)
    if state.only_there and any(FIELDS.iban not in row.raw for row in state.rows):
        return Plan(Failed(Why.FIELD_MISSING, FIELDS.iban), tasks=needs)  # one of these may be what is to be brought
    if actions and not state.writable:
        return Plan(Postponed(Why.WRITING_OFF, HELD_FOR, waits_for=CRM), held_back=actions, tasks=needs)
    agreed = {"number": state.number, "default": defaults[-1].id if defaults else ""}
    return Plan(Skipped(Why.TASK_OPEN, agreed=agreed) if needs else Settled(agreed), actions, tasks=needs)


def _unreadable(text: str, number: int | None) -> TaskNeed:
    facts = ((IBAN.name, "", text),)
    return TaskNeed("value_unreadable", ADVOWARE, short(text), Resource.PARTY, str(number), facts)


def _cant_hold(iban: str, why: str, number: int | None) -> TaskNeed:
    facts = ((IBAN.name, "", iban), ("reason", why, ""))
    return TaskNeed("cant_hold", CRM, short(iban), Resource.PARTY, str(number), facts)


def _age(row: EspoBankAccount, agreed_default: str) -> tuple[bool, float, str]:
    # Our own writes move the CRM's date: what was the default before is older than what became it since.
    return (row.id != agreed_default, row.modified_at.timestamp() if row.modified_at else 0.0, row.id)


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
            self._made_before(),
        )

    def _not_taken(self, ibans: Collection[str]) -> dict[str, str]:
        takes = self._crm.takes(FIELDS.bank_entity) if ibans else {}
        return {iban: why.code for iban in sorted(ibans) if (why := not_taken(iban, takes)) is not None}

    def _there(self, number: int) -> tuple[BankAccount, ...]:
        try:
            return self._advoware.bank_accounts(number)
        except NotFound:
            return ()

    def _made_before(self) -> EspoBankAccount | None:
        pk = str(self._run.agreed.get(MADE, ""))
        try:
            row = self._crm.bank_account(pk) if pk else None
        except NotFound:
            return None
        completed = row is None or row.deleted or (iban_here(row) and row.party_id)  # by a person
        return None if completed else row

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
        before = state.made
        refused: ClientError | None = None
        for action in plan.actions:
            try:
                match action:
                    case BringToCrm():
                        row, before = self._bring(action.account, before), None
                        if lacking := self._lacking(row, iban_there(action.account)):
                            return Failed(Why.FIELD_MISSING, lacking, agreed={**self._run.agreed, MADE: row.id})
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

    def _bring(self, account: BankAccount, before: EspoBankAccount | None) -> EspoBankAccount:
        """As EspoCRM has kept it: what the hub may not write it leaves out in silence."""
        takes, iban = self._crm.takes(FIELDS.bank_entity), iban_there(account)
        values = made(account.raw, Side.THERE, takes)
        fields: dict[str, object] = {
            NAME: title(values, takes.get(NAME, ANYTHING)),
            FIELDS.bank_party: self._run.entity_id,
            **values,
            FIELDS.bank_active: True,
        }
        intent = WriteIntent(SystemName.ESPOCRM, PartyAccountsWrite.BRING, FIELDS.bank_entity, mark=iban)
        with self._run.writing(intent, {name: [None, value] for name, value in fields.items()}) as entry:
            if before is None:
                raw = self._crm.create(FIELDS.bank_entity, fields)
            else:
                raw = self._crm.update(FIELDS.bank_entity, before.id, fields, before.version)
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
