"""Looks for a party whose creation was answered by nobody, before it is created again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from syncapp.clients.advoware import AdvowareClient, AdvowareParty
from syncapp.flows.beteiligte import register
from syncapp.flows.beteiligte.sides import PartyFields, value_of
from syncapp.flows.lens.core import Unreadable
from syncapp.models import JournalEntry

CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Found:
    """`number`: surely the one. `candidates`: what else it could be. `looked`: whether anybody could look at all."""

    number: int | None
    candidates: tuple[int, ...] = ()
    looked: bool = True


def look_for(advoware: AdvowareClient, entry: JournalEntry, fields: PartyFields) -> Found:
    """Exactly one party that nobody knows and that has all we sent is ours. Anything else that nobody knows and that
    was changed since may be ours, edited by a person: then a person is asked, because a party can't be deleted."""
    if settings.CONFIG.ADVOWARE_PARTIES_LIST != "all":
        return Found(None, looked=False)
    known = register.known_numbers()
    sent = {name: pair[1] for name, pair in entry.changes.items()}
    same: list[int] = []
    others: list[int] = []
    for party in advoware.parties():
        if party.number in known:
            continue
        if party.changed_at is not None and party.changed_at < entry.begun_at - CLOCKS_DIFFER:
            continue
        (same if _has(party, sent, fields) else others).append(party.number)
    if len(same) == 1:
        return Found(same[0])
    return Found(None, tuple(sorted([*same, *others])))


def _has(party: AdvowareParty, sent: Mapping[str, str], fields: PartyFields) -> bool:
    for each in fields:
        said = each.there.get(party.raw)
        if isinstance(said, Unreadable) or not each.there.same(value_of(sent.get(each.name, "")), said):
            return False
    return True
