"""What is to be done about a bank account. Pure.

Advoware has neither PUT nor DELETE for bank accounts: creating is ours, everything else there is a person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from syncapp.engine.planning import Failed, Plan, Postponed, Settled, Skipped, TaskNeed
from syncapp.flows.bankverbindungen.mapping import FIELDS, Account, Agreed, bic_is_valid, iban_is_valid
from syncapp.flows.limits import INSTEAD, Operation, Resource

CRM, ADVOWARE = "espocrm", "advoware"
HELD_FOR = timedelta(days=1)
SOON, LATER = timedelta(minutes=1), timedelta(hours=1)


class Why(StrEnum):
    """The reasons of this flow, as in `models.Reason`."""

    TASK_OPEN = "task_open"
    ENTITY_GONE = "entity_gone"
    NO_PARTY = "no_party"
    NO_IBAN = "no_iban"
    IBAN_INVALID = "iban_invalid"
    BIC_INVALID = "bic_invalid"
    PARTY_PENDING = "party_pending"
    WRITING_OFF = "writing_off"


@dataclass(frozen=True, slots=True)
class CreateAccount:
    account: Account = field(repr=False)
    system: str = ADVOWARE

    @property
    def name(self) -> str:
        return "create the bank account in Advoware"


@dataclass(frozen=True, slots=True)
class WriteCrm:
    """`values`: canonical names; the bookkeeping comes on top. `before`: what stood there."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    status: str = "clean"
    system: str = CRM

    @property
    def name(self) -> str:
        return f"write {', '.join(sorted(self.values)) or 'the state of the sync'} to the CRM"


@dataclass(frozen=True, slots=True)
class AccountState:
    """`account` None: deleted in the CRM. `number`: of the party in Advoware, None when it is not there yet.
    `there`: the party's accounts in Advoware. `elsewhere`: another account of the CRM stands for the same one.
    `shown`: the status that the CRM shows, None where it has no field for it; `stale_id`: it shows another id."""

    account: Account | None
    agreed: Agreed
    party_id: str = ""
    number: int | None = None
    party_on_its_way: bool = False
    there: tuple[Account, ...] = ()
    elsewhere: bool = False
    shown: str | None = None
    stale_id: bool = False
    closed: frozenset[tuple[str, str, str]] = frozenset()
    writable: frozenset[str] = frozenset({CRM, ADVOWARE})
    untouched: bool = False

    def with_iban(self, wanted: str) -> Account | None:
        return next((account for account in self.there if wanted and account.iban == wanted), None)


def plan(state: AccountState) -> Plan:
    account = state.account
    if state.untouched:
        return Plan(Settled())
    if account is None:
        return _deleted(state)
    if not state.party_id:
        return Plan(Skipped(Why.NO_PARTY))
    if not account.iban:
        return Plan(Skipped(Why.NO_IBAN))
    if not iban_is_valid(account.iban):
        return Plan(Failed(Why.IBAN_INVALID))
    if not bic_is_valid(account.values["bic"]):
        return Plan(Failed(Why.BIC_INVALID))
    if state.number is None:
        return Plan(Postponed(Why.PARTY_PENDING, SOON if state.party_on_its_way else LATER))
    there = state.with_iban(account.iban)
    return _present(state, account, there) if there is not None else _absent(state, account)


def _deleted(state: AccountState) -> Plan:
    if state.with_iban(state.agreed.iban) is None or state.elsewhere:
        return Plan(Skipped(Why.ENTITY_GONE))
    need = _need(state, INSTEAD[Resource.BANK_ACCOUNT, Operation.DELETE], (("iban", state.agreed.iban, ""),))
    if need.identity in state.closed:
        return Plan(Skipped(Why.ENTITY_GONE))
    return Plan(Skipped(Why.TASK_OPEN), tasks=(need,))


def _present(state: AccountState, account: Account, there: Account) -> Plan:
    to_crm, differing = {}, []
    for name in FIELDS:
        ours, theirs = account.values[name], there.values[name]
        match _source(ours, theirs, state.agreed.fields.get(name)):
            case "advoware":
                to_crm[name] = theirs
            case "espocrm":
                differing.append((name, theirs, ours))
    needs = [_need(state, INSTEAD[Resource.BANK_ACCOUNT, Operation.CHANGE], tuple(differing))] if differing else []
    return _ending(state, tuple(need for need in needs if need.identity not in state.closed), to_crm)


def _source(ours: str, theirs: str, base: tuple[str, str] | None) -> str:
    """Whose value holds: where both changed, EspoCRM's; a person is asked to write it, and sees both."""
    if ours == theirs:
        return ""
    if base is None:
        return CRM if ours else ADVOWARE
    if ours != base[0]:
        return CRM
    return ADVOWARE if theirs != base[1] else ""


def _absent(state: AccountState, account: Account) -> Plan:
    agreed = state.agreed
    if agreed.iban and agreed.iban != account.iban and state.with_iban(agreed.iban) is not None:
        facts = (("iban", agreed.iban, account.iban),)
        need = _need(state, INSTEAD[Resource.BANK_ACCOUNT, Operation.CHANGE], facts)
        return _ending(state, () if need.identity in state.closed else (need,))
    if agreed.iban == account.iban and agreed.number == state.number:
        need = _need(state, "bank_gone", (("iban", "", account.iban),))
        if need.identity not in state.closed:
            return _ending(state, (need,))
    if ADVOWARE not in state.writable:
        held = (CreateAccount(account), WriteCrm())
        return Plan(Postponed(Why.WRITING_OFF, HELD_FOR, detail=ADVOWARE), held_back=held)
    return Plan(Settled(), (CreateAccount(account), WriteCrm()))


def _ending(state: AccountState, needs: tuple[TaskNeed, ...], to_crm: Mapping[str, str] | None = None) -> Plan:
    status = "unclean" if needs else "clean"
    worth_it = bool(to_crm) or state.stale_id or state.shown not in (None, status)
    write = (WriteCrm(to_crm or {}, status),) if worth_it else ()
    ending = Skipped(Why.TASK_OPEN) if needs else Settled()
    if write and CRM not in state.writable:
        if to_crm:
            return Plan(Postponed(Why.WRITING_OFF, HELD_FOR, detail=CRM), held_back=write, tasks=needs)
        write = write if ADVOWARE in state.writable else ()
    return Plan(ending, write, tasks=needs)


def _need(state: AccountState, kind: str, facts: tuple[tuple[str, str, str], ...]) -> TaskNeed:
    return TaskNeed(kind, ADVOWARE, "", Resource.PARTY, str(state.number or ""), facts)


def remembered(state: AccountState, account: Account, there: Account | None, *, look: bool) -> Agreed:
    """What both sides are like after the run; what a person still has to do keeps its old place."""
    if there is None:
        return Agreed(state.agreed.number, state.agreed.iban, state.agreed.fields, look)
    fields = {}
    for name in FIELDS:
        ours, theirs = account.values[name], there.values[name]
        base = state.agreed.fields.get(name)
        if not _source(ours, theirs, base):
            fields[name] = (ours, theirs)
        elif base is not None:
            fields[name] = base
    return Agreed(state.number, account.iban, fields, look)
