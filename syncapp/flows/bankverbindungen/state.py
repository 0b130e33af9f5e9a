"""What is known about a bank account when a run decides, and the comparison of both sides. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from syncapp.clients.advoware import BankAccount
from syncapp.clients.espocrm import EspoBankAccount
from syncapp.clients.espocrm.takes import Takes
from syncapp.flows.bankverbindungen.accounts import Place, iban_here, iban_there, read, seen
from syncapp.flows.bankverbindungen.agreement import Agreed
from syncapp.flows.bankverbindungen.fields import TABLE, AccountField
from syncapp.flows.lens.agreement import Bases, Settlement, settled, with_own
from syncapp.flows.lens.bounds import bounded
from syncapp.flows.lens.core import CantHold, Raw, text_of
from syncapp.flows.lens.core import Why as WhyNot
from syncapp.flows.lens.declaration import Holds, Outcome, Side
from syncapp.flows.lens.own import Own
from syncapp.flows.lens.records import Asked, cannot, merge

CRM, ADVOWARE = "espocrm", "advoware"


class Why(StrEnum):
    """The reasons of this flow, as in `models.Reason`."""

    TASK_OPEN = "task_open"
    ENTITY_GONE = "entity_gone"
    NO_PARTY = "no_party"
    PARTY_GONE = "party_gone"
    NO_IBAN = "no_iban"
    IBAN_INVALID = "iban_invalid"
    PARTY_PENDING = "party_pending"
    WRITING_OFF = "writing_off"
    FIELD_MISSING = "field_missing"


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides, as far as the CRM has the fields; `here`: the CRM's account as it is to be."""

    fields: Iterable[AccountField]
    bases: Bases
    here: Raw
    outcomes: Mapping[str, Outcome[str]]


@dataclass(frozen=True, slots=True)
class AccountState:
    """`account` None: deleted in the CRM; `party_gone`: its party is. `number`: of the party in Advoware, None when it
    is not there yet. `there`: the party's accounts in Advoware, None when the party is gone there; `partner`: which of
    them it is. `own`: our writes since the last agreement, by field. `refused`: values that the CRM did not take.
    `behind`: where this one stood before and Advoware still shows it, though nothing in the CRM stands for that any
    more. `takes`: what the CRM's fields take. `shown`: the status that the CRM shows, None where it has no field for
    it; `stale_id`: it shows another id. `lacking`: a field that the CRM does not show, so that nobody knows whether
    there is something in it."""

    account: EspoBankAccount | None
    agreed: Agreed
    number: int | None = None
    party_gone: bool = False
    party_on_its_way: bool = False
    there: tuple[BankAccount, ...] | None = ()
    partner: BankAccount | None = None
    own: Mapping[str, tuple[Own[str], ...]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    behind: tuple[Place, ...] = ()
    shown: str | None = None
    stale_id: bool = False
    lacking: str = ""
    closed: frozenset[tuple[str, str, str]] = frozenset()
    writable: frozenset[str] = frozenset({CRM, ADVOWARE})
    takes: Mapping[str, Takes] = field(default_factory=dict)
    untouched: bool = False


def compare(state: AccountState) -> Compared | None:
    """None: not both sides are there."""
    account, partner = state.account, state.partner
    if account is None or partner is None:
        return None
    fields = [bounded(each, state.takes) for each in TABLE if each.here.name in account.raw]
    # An account at another party is another one.
    bases = state.agreed.bases if state.agreed.number == state.number else {}
    bases = with_own(fields, bases, state.own, account.raw, partner.raw)
    merged = merge(fields, account.raw, partner.raw, bases, Asked(Holds.HERE))
    here, outcomes = dict(merged.here), dict(merged.outcomes)
    for each in fields:
        outcome = outcomes[each.name]
        if Side.HERE in outcome.to and state.refused.get(each.name) == text_of(outcome.value):
            here[each.here.name] = account.raw[each.here.name]
            outcomes[each.name] = cannot(outcome, Side.HERE, CantHold(WhyNot.REFUSED))
    return Compared(fields, bases, here, outcomes)


def remembered(
    state: AccountState, compared: Compared | None, account: EspoBankAccount, journal: int
) -> tuple[Agreed, Settlement]:
    """What both sides are like after the run; what a person still has to do keeps its old place.

    `account`: as the CRM has it after our write.
    """
    partner, agreed = state.partner, state.agreed
    if compared is None or partner is None:
        return replace(agreed, seen=seen(account), there={}), Settlement(agreed.bases)
    after = settled(compared.fields, compared.outcomes, compared.bases, account.raw, partner.raw)
    number, iban = state.number, iban_here(account)
    if iban_there(partner) != iban:
        number, iban = agreed.number, agreed.iban  # a person is to change it
    agreed = Agreed(
        number,
        iban,
        after.bases,
        seen={} if after.moved_on else seen(account),
        there=read(partner.raw, Side.THERE),
        refused={name: text for name, text in state.refused.items() if _refused(compared.outcomes.get(name))},
        journal=max(journal, agreed.journal),
    )
    return agreed, after


def _refused(outcome: Outcome[str] | None) -> bool:
    return outcome is not None and outcome.reason == CantHold(WhyNot.REFUSED)
