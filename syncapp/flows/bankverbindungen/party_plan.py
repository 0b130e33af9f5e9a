"""What is to be done about all bank accounts of one party. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncapp.clients.advoware import BankAccount
from syncapp.clients.espocrm import FIELDS, EspoBankAccount
from syncapp.engine.runs.planning import Action, Failed, Plan, Postponed, Settled, Skipped, TaskNeed, still_open
from syncapp.flows.bankverbindungen.accounts import iban_there, short
from syncapp.flows.bankverbindungen.fields import IBAN
from syncapp.flows.bankverbindungen.plan import HELD_FOR
from syncapp.flows.bankverbindungen.state import ADVOWARE, CRM, Why
from syncapp.flows.limits import Resource
from syncapp.kit.marking import gettext_noop


@dataclass(frozen=True, slots=True)
class BringToCrm(Action):
    """An account that only Advoware has. `into`: what an earlier run made for it, and EspoCRM did not keep whole."""

    kind = "bank_account.bring"
    words = gettext_noop("create the bank account in the CRM as a new one")
    account: BankAccount = field(repr=False)
    into: EspoBankAccount | None = field(default=None, repr=False)


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
    the CRM can't hold, and why. `made`: by IBAN, what an earlier run brought, and EspoCRM did not keep whole: it is
    completed, and no other one is made for that IBAN."""

    rows: tuple[EspoBankAccount, ...] | None
    only_there: tuple[BankAccount, ...] = ()
    unreadable: tuple[str, ...] = ()
    not_taken: Mapping[str, str] = field(default_factory=dict)
    writable: bool = True
    number: int | None = None
    agreed_default: str = ""
    moved: tuple[str, ...] = ()
    closed: frozenset[tuple[str, str, str]] = frozenset()
    made: Mapping[str, EspoBankAccount] = field(default_factory=dict, repr=False)


def plan(state: PartyAccountsState) -> Plan:
    if state.rows is None:
        return Plan(Skipped(Why.ENTITY_GONE))
    brought = [BringToCrm(each, state.made.get(iban_there(each))) for each in state.only_there]
    defaults = sorted((row for row in state.rows if row.is_default), key=lambda row: _age(row, state.agreed_default))
    actions: tuple[Action, ...] = (
        *(UnsetDefault(row) for row in defaults[:-1]),
        *sorted(brought, key=lambda each: each.into is None),  # as long as one is not kept whole, no other one is made
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
