"""Taking writes back: what staff's request to undo means for the comparison. Pure.

The value goes back on the side that was written, and the other side follows, because both agree afterwards. A value
that has been changed since is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncapp.flows.beteiligte.agreement import Agreed, Pair, Written
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.values import CRM, Contact, Reading

CHANGED_SINCE, GONE, UNSUPPORTED = "changed_since", "gone", "unsupported"


@dataclass(frozen=True, slots=True)
class TakingBack:
    """`fields`: canonical name to (value, side). `done`: what this run takes back; `refused`: the rest, to reasons."""

    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    contacts_in: Mapping[str, Contact] = field(default_factory=dict, repr=False)
    contacts_out: frozenset[str] = field(default=frozenset(), repr=False)
    done: tuple[int, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict)


def take_back(
    undos: Mapping[int, Written], crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed
) -> TakingBack:
    """`undos`: writes of ours that a person wants taken back, oldest first; the newest wins where two concern the same
    field."""
    fields: dict[str, tuple[str, str]] = {}
    contacts_in: dict[str, Contact] = {}
    contacts_out: set[str] = set()
    done: list[int] = []
    refused: dict[int, str] = {}
    for pk, undo in undos.items():
        if refusal := _refusal(undo, crm, advoware, base):
            refused[pk] = refusal
            continue
        done.append(pk)
        fields |= {name: (before, undo.side) for name, (before, _after) in undo.fields.items()}
        contacts_in |= undo.removed
        contacts_out |= set(undo.added)
    return TakingBack(fields, contacts_in, frozenset(contacts_out - set(contacts_in)), tuple(done), refused)


def _refusal(undo: Written, crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed) -> str:
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


def _as_written(undo: Written, now: Reading) -> bool:
    return _shows(now, {name: after for name, (_before, after) in undo.fields.items()}, undo.added, undo.removed)


def _as_before(undo: Written, now: Reading) -> bool:
    """An earlier run has taken it back on this side and was stopped before the other one followed."""
    return _shows(now, {name: before for name, (before, _after) in undo.fields.items()}, undo.removed, undo.added)


def _shows(now: Reading, fields: Mapping[str, str], there: Mapping[str, Contact], gone: Mapping[str, Contact]) -> bool:
    contacts = now.contacts or {}
    same = all(now.fields.get(name, "") == value for name, value in fields.items())
    return same and contacts.keys() >= there.keys() and not contacts.keys() & gone.keys()
