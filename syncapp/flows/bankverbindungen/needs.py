"""What a person must do about a bank account. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from syncapp.engine.runs.planning import TaskNeed
from syncapp.flows.bankverbindungen.state import ADVOWARE, CRM, AccountState, Compared
from syncapp.flows.lens.core import Unreadable, text_of
from syncapp.flows.lens.declaration import Side, What
from syncapp.flows.limits import INSTEAD, Operation, Resource

Facts = tuple[tuple[str, str, str], ...]


def behind(state: AccountState) -> Iterator[TaskNeed]:
    """What the CRM has no more at places where it stood."""
    kind = INSTEAD[Resource.BANK_ACCOUNT, Operation.DELETE]
    for place in state.behind:
        yield TaskNeed(kind, ADVOWARE, place.key, Resource.PARTY, str(place.number), (("iban", place.iban, ""),))


def absent(state: AccountState, iban: str) -> Iterator[TaskNeed]:
    """It was there, or Advoware took it, and it isn't shown.

    By the journal, so that what was removed, made again as a person said, and removed anew is asked about anew.
    """
    agreed = state.agreed
    if (agreed.number, agreed.iban) == (state.number, iban):
        kind = "bank_gone" if agreed.bases else "bank_uncertain"
        yield _need(state, kind, (("iban", "", iban),), str(agreed.journal))


def differing(state: AccountState, compared: Compared) -> Iterator[TaskNeed]:
    """What couldn't be put, and what can't be read."""
    by_hand: Facts = ()
    for name, outcome in compared.outcomes.items():
        ours, theirs = text_of(outcome.here), text_of(outcome.there)
        if outcome.what is What.UNREADABLE:
            system = CRM if isinstance(outcome.here, Unreadable) else ADVOWARE
            yield _need(state, "value_unreadable", ((name, ours, theirs),), name, system)
        elif outcome.what is What.CANT_HOLD and outcome.to == (Side.THERE,):
            by_hand += ((name, theirs, ours),)
        elif outcome.what is What.CANT_HOLD and outcome.reason is not None:
            yield _need(state, "cant_hold", ((name, ours, theirs), ("reason", outcome.reason.code, "")), name, CRM)
    if by_hand:
        yield _need(state, INSTEAD[Resource.BANK_ACCOUNT, Operation.CHANGE], by_hand)


def _need(state: AccountState, kind: str, facts: Facts, key: str = "", system: str = ADVOWARE) -> TaskNeed:
    return TaskNeed(kind, system, key, Resource.PARTY, str(state.number or ""), facts)
