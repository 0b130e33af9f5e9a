"""What is to be done about a bank account. Pure.

Advoware has neither PUT nor DELETE for bank accounts: creating is ours, everything else there is a person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from syncapp.engine.runs.planning import Action, Ending, Failed, Plan, Postponed, Settled, Skipped, TaskNeed, still_open
from syncapp.flows.bankverbindungen.fields import IBAN
from syncapp.flows.bankverbindungen.needs import absent, behind, differing
from syncapp.flows.bankverbindungen.state import ADVOWARE, CRM, AccountState, Compared, Why, compare
from syncapp.flows.lens.core import EMPTY, Unreadable, changes
from syncapp.kit.marking import gettext_noop

HELD_FOR = timedelta(days=1)
SOON, LATER = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CreateAccount(Action):
    kind = "bank_account.create"
    words = gettext_noop("create the bank account in Advoware as a new one")


@dataclass(frozen=True, slots=True)
class WriteCrm(Action):
    """`values`: by EspoCRM's names; the bookkeeping comes on top."""

    kind = "bank_account.write_crm"
    words = gettext_noop("write to the CRM: %(fields)s")
    shown = ("fields",)
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    status: str = "clean"

    @property
    def fields(self) -> list[str]:
        return sorted(self.values) or ["syncStatus"]


@dataclass(frozen=True, slots=True)
class AccountPlan(Plan):
    """With the comparison it stands on, which the end of the run needs again; None: not both sides are there."""

    compared: Compared | None = field(default=None, compare=False)


def plan(state: AccountState) -> AccountPlan:
    account, left = state.account, still_open(behind(state), state.closed)
    if state.untouched:
        return AccountPlan(Settled())
    if account is None:
        return AccountPlan(Skipped(Why.TASK_OPEN if left else Why.ENTITY_GONE), tasks=left)
    if state.lacking:
        return AccountPlan(Failed(Why.FIELD_MISSING, state.lacking))
    iban = IBAN.here.get(account.raw)
    if not account.party_id:
        return _skipped(state, Why.NO_PARTY, left)
    if state.party_gone:
        return _skipped(state, Why.PARTY_GONE, left)
    if iban is EMPTY:
        return _skipped(state, Why.NO_IBAN, left)
    if isinstance(iban, Unreadable):
        return AccountPlan(Failed(Why.IBAN_INVALID), tasks=left)
    if state.number is None or state.there is None:
        soon = state.number is None and state.party_on_its_way
        return AccountPlan(Postponed(Why.PARTY_PENDING, SOON if soon else LATER, waits_for=account.party_id))
    compared = compare(state)
    if compared is not None:
        needs = still_open(differing(state, compared), state.closed)
        return _ending(state, (*needs, *left), changes(account.raw, compared.here), compared)
    if needs := still_open(absent(state, iban), state.closed):
        return _ending(state, (*needs, *left))
    write = WriteCrm(status="unclean" if left else "clean")
    if ADVOWARE not in state.writable:
        return AccountPlan(_held(ADVOWARE), held_back=(CreateAccount(), write), tasks=left)
    return AccountPlan(_settled(left), (CreateAccount(), write), tasks=left)


def _skipped(state: AccountState, why: Why, needs: tuple[TaskNeed, ...]) -> AccountPlan:
    """A failure that was shown is none any more."""
    write = (WriteCrm(status="unclean"),) if state.shown == "failed" and CRM in state.writable else ()
    return AccountPlan(Skipped(why), write, tasks=needs)


def _ending(
    state: AccountState,
    needs: tuple[TaskNeed, ...],
    to_crm: Mapping[str, object] | None = None,
    compared: Compared | None = None,
) -> AccountPlan:
    status = "unclean" if needs else "clean"
    worth_it = bool(to_crm) or state.stale_id or state.shown not in (None, status)
    write = (WriteCrm(to_crm or {}, status),) if worth_it else ()
    if to_crm and CRM not in state.writable:
        return AccountPlan(_held(CRM), held_back=write, tasks=needs, compared=compared)
    return AccountPlan(_settled(needs), write if state.writable else (), tasks=needs, compared=compared)


def _settled(needs: tuple[TaskNeed, ...]) -> Ending:
    return Skipped(Why.TASK_OPEN) if needs else Settled()


def _held(system: str) -> Postponed:
    return Postponed(Why.WRITING_OFF, HELD_FOR, waits_for=system)
