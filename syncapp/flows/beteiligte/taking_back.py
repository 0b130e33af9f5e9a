"""Taking writes back: what staff's request to undo means for the comparison. Pure.

The value goes back on the side that was written, and the other side follows, because both agree afterwards. A value
that has been changed since is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syncapp.flows.beteiligte.agreement import Agreed, Written
from syncapp.flows.beteiligte.contacts import Contact, Contacts
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, value_of
from syncapp.flows.lens.core import Said, Unreadable, Value
from syncapp.flows.lens.declaration import Field, Side

CHANGED_SINCE, GONE, UNSUPPORTED = "changed_since", "gone", "unsupported"


@dataclass(frozen=True, slots=True)
class TakingBack:
    """`fields`: canonical name to (value, side). `done`: what this run takes back; `refused`: the rest, to reasons."""

    fields: Mapping[str, tuple[Value[str], Side]] = field(default_factory=dict, repr=False)
    contacts_in: Mapping[str, Contact] = field(default_factory=dict, repr=False)
    contacts_out: frozenset[str] = field(default=frozenset(), repr=False)
    done: tuple[int, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict)


def take_back(
    undos: Mapping[int, Written], crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed
) -> TakingBack:
    """`undos`: writes of ours that a person wants taken back, oldest first; the newest wins where two concern the same
    field."""
    fields: dict[str, tuple[Value[str], Side]] = {}
    contacts_in: dict[str, Contact] = {}
    contacts_out: set[str] = set()
    done: list[int] = []
    refused: dict[int, str] = {}
    for pk, undo in undos.items():
        if refusal := _refusal(undo, crm, advoware, base):
            refused[pk] = refusal
            continue
        done.append(pk)
        fields |= {name: (value_of(before), undo.at) for name, (before, _after) in undo.fields.items()}
        contacts_in |= undo.removed
        contacts_out |= set(undo.added)
    return TakingBack(fields, contacts_in, frozenset(contacts_out - set(contacts_in)), tuple(done), refused)


def _refusal(undo: Written, crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed) -> str:
    if not (undo.fields or undo.added or undo.removed):
        return UNSUPPORTED
    if crm is None or advoware is None:
        return GONE
    sides: Mapping[Side, CrmSide | AdvowareSide] = {Side.HERE: crm, Side.THERE: advoware}
    here, there = sides[undo.at], sides[undo.at.other]
    fields = {each.name: each for each in crm.fields}
    before = {name: value_of(was) for name, (was, _wrote) in undo.fields.items()}
    after = {name: value_of(wrote) for name, (_was, wrote) in undo.fields.items()}
    if not fields.keys() >= undo.fields.keys():
        return CHANGED_SINCE  # it is a party of the other kind now
    as_written = _shows(fields, undo.at, here, after) and _has(here.contacts, undo.added, undo.removed)
    # An earlier run has taken it back on this side and was stopped before the other one followed.
    as_before = _shows(fields, undo.at, here, before) and _has(here.contacts, undo.removed, undo.added)
    if not (as_written or as_before):
        return CHANGED_SINCE
    for name in undo.fields:
        # A person's edit that is still on its way from the other side is not overwritten either.
        said, agreed = there.said[name], base.fields.get(name)
        known = [before[name], after[name], *([agreed.of(undo.at.other)] if agreed else [])]
        if isinstance(said, Unreadable) or not any(_same(fields[name], undo.at.other, each, said) for each in known):
            return CHANGED_SINCE
    return ""


def _shows(
    fields: Mapping[str, Field[Any, Any, str]],
    side: Side,
    now: CrmSide | AdvowareSide,
    values: Mapping[str, Value[str]],
) -> bool:
    return all(_same(fields[name], side, value, now.said[name]) for name, value in values.items())


def _same(field: Field[Any, Any, str], side: Side, value: Said[str], said: Said[str]) -> bool:
    if isinstance(value, Unreadable) or isinstance(said, Unreadable):
        return False
    return field.lens(side).same(value, said)


def _has(now: Contacts | None, there: Mapping[str, Contact], gone: Mapping[str, Contact]) -> bool:
    kinds = now.entries.kinds if now else {}
    return kinds.keys() >= there.keys() and not kinds.keys() & gone.keys()
