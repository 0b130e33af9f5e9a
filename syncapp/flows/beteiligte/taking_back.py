"""Taking writes back: what staff's request to undo means for the comparison. Pure.

The value goes back on the side that was written, and the other side follows, because both agree afterwards. A value
that has been changed since is not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncapp.flows.beteiligte.agreement import Agreed, Pair
from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.values import Contact, Reading

CRM, ADVOWARE = "espocrm", "advoware"
CHANGED_SINCE, GONE, UNSUPPORTED = "changed_since", "gone", "unsupported"


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """A write of ours that a person wants taken back. `added`/`removed`: contacts by canonical value."""

    pk: int
    side: str
    fields: Mapping[str, tuple[str, str]] = field(repr=False)
    added: Mapping[str, Kind] = field(default_factory=dict, repr=False)
    removed: Mapping[str, Contact] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class TakingBack:
    """`fields`: canonical name to (value, side). `done`: what this run takes back; `refused`: the rest, to reasons."""

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
    undos: Iterable[UndoRequest], crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed
) -> TakingBack:
    """The newest request wins where two concern the same field."""
    fields: dict[str, tuple[str, str]] = {}
    contacts_in: dict[str, Contact] = {}
    contacts_out: set[str] = set()
    done: list[int] = []
    refused: dict[int, str] = {}
    for undo in undos:
        if refusal := _refusal(undo, crm, advoware, base):
            refused[undo.pk] = refusal
            continue
        done.append(undo.pk)
        fields |= {name: (before, undo.side) for name, (before, _after) in undo.fields.items()}
        contacts_in |= undo.removed
        contacts_out |= set(undo.added)
    return TakingBack(fields, contacts_in, frozenset(contacts_out - set(contacts_in)), tuple(done), refused)


def _refusal(undo: UndoRequest, crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed) -> str:
    if not (undo.fields or undo.added or undo.removed):
        return UNSUPPORTED
    if crm is None or advoware is None:
        return GONE
    here, there = (crm, advoware) if undo.side == CRM else (advoware, crm)
    if not (_as_written(undo, here.reading) or _as_before(undo, here.reading)):
        return CHANGED_SINCE
    for name, (before, after) in undo.fields.items():
        # A person's edit that is still on its way from the other side is not overwritten either.
        pair = base.fields.get(name, Pair(after, after))
        then = pair.advoware if undo.side == CRM else pair.crm
        if there.reading.fields.get(name, "") not in (before, after, then):
            return CHANGED_SINCE
    return ""


def _as_written(undo: UndoRequest, now: Reading) -> bool:
    contacts = set(now.contacts or {})
    same = all(now.fields.get(name, "") == after for name, (_before, after) in undo.fields.items())
    return same and contacts >= set(undo.added) and not contacts & set(undo.removed)


def _as_before(undo: UndoRequest, now: Reading) -> bool:
    """An earlier run has taken it back on this side and was stopped before the other one followed."""
    contacts = set(now.contacts or {})
    same = all(now.fields.get(name, "") == before for name, (before, _after) in undo.fields.items())
    return same and contacts >= set(undo.removed) and not contacts & set(undo.added)
