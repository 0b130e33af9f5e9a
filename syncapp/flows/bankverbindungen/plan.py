"""What is to be done about a bank account. Pure.

Advoware has neither PUT nor DELETE for bank accounts: creating is ours, everything else there is a person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from syncapp.engine.runs.planning import Action, Failed, Plan, Postponed, Settled, Skipped, TaskNeed
from syncapp.flows.bankverbindungen.mapping import Account, Agreed, Place, bic_is_valid, iban_is_valid
from syncapp.flows.limits import INSTEAD, Operation, Resource
from syncapp.kit.marking import gettext_noop

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
class CreateAccount(Action):
    kind = "bank_account.create"
    words = gettext_noop("create the bank account in Advoware as a new one")
    account: Account = field(repr=False)


@dataclass(frozen=True, slots=True)
class WriteCrm(Action):
    """`values`: canonical names; the bookkeeping comes on top."""

    kind = "bank_account.write_crm"
    words = gettext_noop("write to the CRM: %(fields)s")
    shown = ("fields",)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    status: str = "clean"

    @property
    def fields(self) -> list[str]:
        return sorted(self.values) or ["syncStatus"]


@dataclass(frozen=True, slots=True)
class AccountState:
    """`account` None: deleted in the CRM. `number`: of the party in Advoware, None when it is not there yet.
    `there`: the party's accounts in Advoware, None when the party is gone there. `known_id`: which of them it was.
    `elsewhere`: another account of the CRM stands for the same one. `behind`: where this one stood before and Advoware
    still shows it, though nothing in the CRM stands for that any more. `shown`: the status that the CRM shows, None
    where it has no field for it; `stale_id`: it shows another id."""

    account: Account | None
    agreed: Agreed
    number: int | None = None
    party_on_its_way: bool = False
    there: tuple[Account, ...] | None = ()
    known_id: str = ""
    elsewhere: bool = False
    behind: tuple[Place, ...] = ()
    shown: str | None = None
    stale_id: bool = False
    closed: frozenset[tuple[str, str, str]] = frozenset()
    writable: frozenset[str] = frozenset({CRM, ADVOWARE})
    untouched: bool = False

    def with_iban(self, wanted: str) -> Account | None:
        """Of several with the same IBAN always the same one."""
        same = [account for account in self.there or () if wanted and account.iban == wanted]
        return min(
            same, key=lambda each: (each.id != self.known_id, each.id, sorted(each.values.items())), default=None
        )


def plan(state: AccountState) -> Plan:
    account = state.account
    if state.untouched:
        return Plan(Settled())
    if account is None:
        needs = _behind(state)
        return Plan(Skipped(Why.TASK_OPEN if needs else Why.ENTITY_GONE), tasks=needs)
    if not account.party:
        return Plan(Skipped(Why.NO_PARTY))
    if not account.iban:
        return Plan(Skipped(Why.NO_IBAN), tasks=_behind(state))
    if not iban_is_valid(account.iban):
        return Plan(Failed(Why.IBAN_INVALID), tasks=_behind(state))
    if not bic_is_valid(account.values["bic"]):
        return Plan(Failed(Why.BIC_INVALID), tasks=_behind(state))
    if state.number is None or state.there is None:
        soon = state.number is None and state.party_on_its_way
        return Plan(Postponed(Why.PARTY_PENDING, SOON if soon else LATER, waits_for=account.party))
    there = state.with_iban(account.iban)
    return _present(state, account, there) if there is not None else _absent(state, account)


def _behind(state: AccountState) -> tuple[TaskNeed, ...]:
    kind = INSTEAD[Resource.BANK_ACCOUNT, Operation.DELETE]
    needs = (
        TaskNeed(kind, ADVOWARE, place.key, Resource.PARTY, str(place.number), (("iban", place.iban, ""),))
        for place in state.behind
    )
    return _open(state, *needs)


def _open(state: AccountState, *needs: TaskNeed) -> tuple[TaskNeed, ...]:
    return tuple(need for need in needs if need.identity not in state.closed)


def _present(state: AccountState, account: Account, there: Account) -> Plan:
    to_crm, differing = {}, []
    for name in account.values:
        ours, theirs = account.values[name], there.values[name]
        match _source(ours, theirs, state.agreed.fields.get(name)):
            case "advoware":
                to_crm[name] = theirs
            case "espocrm":
                differing.append((name, theirs, ours))
    needs = [_need(state, INSTEAD[Resource.BANK_ACCOUNT, Operation.CHANGE], tuple(differing))] if differing else []
    return _ending(state, _open(state, *needs), to_crm)


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
    moved_on = agreed.iban and agreed.iban != account.iban and not state.elsewhere
    if moved_on and state.with_iban(agreed.iban) is not None:
        facts = (("iban", agreed.iban, account.iban),)
        return _ending(state, _open(state, _need(state, INSTEAD[Resource.BANK_ACCOUNT, Operation.CHANGE], facts)))
    if agreed.iban == account.iban and agreed.number == state.number:
        # By the journal, so that what was removed, made again as a person said, and removed anew is asked about anew.
        need = _need(state, "bank_gone", (("iban", "", account.iban),), str(agreed.journal))
        if needs := _open(state, need):
            return _ending(state, needs)
    behind = _behind(state)
    write = WriteCrm(status="unclean" if behind else "clean")
    if ADVOWARE not in state.writable:
        held = (CreateAccount(account), write)
        return Plan(Postponed(Why.WRITING_OFF, HELD_FOR, waits_for=ADVOWARE), held_back=held, tasks=behind)
    ending = Skipped(Why.TASK_OPEN) if behind else Settled()
    return Plan(ending, (CreateAccount(account), write), tasks=behind)


def _ending(state: AccountState, needs: tuple[TaskNeed, ...], to_crm: Mapping[str, str] | None = None) -> Plan:
    needs += _behind(state)
    status = "unclean" if needs else "clean"
    worth_it = bool(to_crm) or state.stale_id or state.shown not in (None, status)
    write = (WriteCrm(to_crm or {}, status),) if worth_it else ()
    ending = Skipped(Why.TASK_OPEN) if needs else Settled()
    if write and CRM not in state.writable:
        if to_crm:
            return Plan(Postponed(Why.WRITING_OFF, HELD_FOR, waits_for=CRM), held_back=write, tasks=needs)
        write = write if ADVOWARE in state.writable else ()
    return Plan(ending, write, tasks=needs)


def _need(state: AccountState, kind: str, facts: tuple[tuple[str, str, str], ...], key: str = "") -> TaskNeed:
    return TaskNeed(kind, ADVOWARE, key, Resource.PARTY, str(state.number or ""), facts)


def remembered(state: AccountState, account: Account, *, created: bool, journal: int) -> Agreed:
    """What both sides are like after the run; what a person still has to do keeps its old place."""
    there = state.with_iban(account.iban)
    if there is None and created:
        # Advoware took it and does not show it: a person is asked, and it is never created a second time unasked.
        return Agreed(state.number, account.iban, seen=account.seen, journal=journal)
    if there is None:
        return replace(state.agreed, seen=account.seen)
    fields = {}
    for name in account.values:
        ours, theirs = account.values[name], there.values[name]
        base = state.agreed.fields.get(name)
        if not _source(ours, theirs, base):
            fields[name] = (ours, theirs)
        elif base is not None:
            fields[name] = base
    return Agreed(state.number, account.iban, fields, seen=account.seen, journal=max(journal, state.agreed.journal))
