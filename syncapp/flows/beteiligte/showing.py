"""A party on both sides, value by value, as people read it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from syncapp.engine.runs.planning import Compared
from syncapp.flows.beteiligte.contacts import Contacts
from syncapp.flows.beteiligte.state import PartyState
from syncapp.flows.lens.showing import beside


def compared(state: PartyState) -> tuple[Compared, ...]:
    """Empty while one of the sides does not have it."""
    if state.crm is None or state.advoware is None:
        return ()
    return (*_fields(state), *_contacts(state))


def _fields(state: PartyState) -> Iterator[Compared]:
    crm, advoware = state.crm, state.advoware
    assert crm is not None and advoware is not None  # noqa: S101, PT018  asked for such only
    for each in crm.fields:
        yield beside(each, state.agreed.fields.get(each.name), crm.said[each.name], advoware.said[each.name])


def _contacts(state: PartyState) -> Iterator[Compared]:
    here, there = (side.contacts or Contacts() for side in (state.crm, state.advoware) if side is not None)
    kinds = {**there.entries.kinds, **here.entries.kinds}
    for key in sorted(kinds, key=lambda key: (kinds[key], key)):
        one, other = (each.texts.get(key, key) if key in each.entries.kinds else "" for each in (here, there))
        agreed = key if key in state.agreed.contacts.here.kinds else ""
        yield Compared(kinds[key], agreed, one, other, bool(one) == bool(other))
