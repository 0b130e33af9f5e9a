"""Taking writes back: what staff's wish to undo means for the comparison. Pure.

The value goes back on the side that was written, and the other side follows, because both agree afterwards. A value
that has been changed since is not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncapp.flows.beteiligte.agreement import Agreed, Pair
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.values import Contact, Kind, Reading

CRM, ADVOWARE = "espocrm", "advoware"
CHANGED_SINCE, GONE, UNSUPPORTED = "changed_since", "gone", "unsupported"


@dataclass(frozen=True, slots=True)
class UndoWish:
    """A write of ours that a person wants taken back. `added`/`removed`: contacts by canonical value."""

    pk: int
    side: str
    fields: Mapping[str, tuple[str, str]] = field(repr=False)
    added: Mapping[str, Kind] = field(default_factory=dict, repr=False)
    removed: Mapping[str, Contact] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class TakingBack:
    """`fields`: canonical name to (value, side). `done`: wishes that this run fulfils; `refused`: wish to reason."""

    fields: Mapping[str, tuple[str, str]] = field(repr=False)
    contacts_in: Mapping[str, Contact] = field(repr=False)
    contacts_out: frozenset[str] = field(repr=False)
    done: tuple[int, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict)

    @property
    def wanted(self) -> bool:
        return bool(self.done)


def nothing_to_take_back() -> TakingBack:
    return TakingBack({}, {}, frozenset())


def take_back(
    wishes: Iterable[UndoWish], crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed
) -> TakingBack:
    """Newest wish wins where two concern the same field."""
    fields: dict[str, tuple[str, str]] = {}
    contacts_in: dict[str, Contact] = {}
    contacts_out: set[str] = set()
    done: list[int] = []
    refused: dict[int, str] = {}
    for wish in wishes:
        if refusal := _refusal(wish, crm, advoware, base):
            refused[wish.pk] = refusal
            continue
        done.append(wish.pk)
        fields |= {name: (before, wish.side) for name, (before, _after) in wish.fields.items()}
        contacts_in |= wish.removed
        contacts_out |= set(wish.added)
    return TakingBack(fields, contacts_in, frozenset(contacts_out - set(contacts_in)), tuple(done), refused)


def _refusal(wish: UndoWish, crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed) -> str:
    if not (wish.fields or wish.added or wish.removed):
        return UNSUPPORTED
    if crm is None or advoware is None:
        return GONE
    here, there = (crm, advoware) if wish.side == CRM else (advoware, crm)
    if not (_as_written(wish, here.reading) or _as_before(wish, here.reading)):
        return CHANGED_SINCE
    for name, (before, after) in wish.fields.items():
        # A person's edit that is still on its way from the other side is not overwritten either.
        pair = base.fields.get(name, Pair(after, after))
        then = pair.advoware if wish.side == CRM else pair.crm
        if there.reading.fields.get(name, "") not in (before, after, then):
            return CHANGED_SINCE
    return ""


def _as_written(wish: UndoWish, now: Reading) -> bool:
    contacts = set(now.contacts or {})
    same = all(now.fields.get(name, "") == after for name, (_before, after) in wish.fields.items())
    return same and contacts >= set(wish.added) and not contacts & set(wish.removed)


def _as_before(wish: UndoWish, now: Reading) -> bool:
    """An earlier run has taken it back on this side and was stopped before the other one followed."""
    contacts = set(now.contacts or {})
    same = all(now.fields.get(name, "") == before for name, (before, _after) in wish.fields.items())
    return same and contacts >= set(wish.removed) and not contacts & set(wish.added)
