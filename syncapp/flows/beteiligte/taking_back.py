"""Taking writes back: what staff's request to undo means for the comparison. Pure.

The value goes back on the side that was written, and the other side follows, because both agree afterwards. A value
that has been changed since is not touched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from syncapp.flows.beteiligte.agreement import Agreed, Written, contact_name
from syncapp.flows.beteiligte.contacts import Contact
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, value_of
from syncapp.flows.lens.core import Said, Unreadable, Value
from syncapp.flows.lens.declaration import Side

CHANGED_SINCE, GONE, UNSUPPORTED, NOT_HELD = "changed_since", "gone", "unsupported", "not_held"


@dataclass(frozen=True, slots=True)
class TakingBack:
    """`fields`: canonical name to (value, side). `tried`: what this run takes back, by the fields and contacts that it
    is about; `refused`: the rest, to reasons."""

    fields: Mapping[str, tuple[Value[str], Side]] = field(default_factory=dict, repr=False)
    contacts_in: Mapping[str, Contact] = field(default_factory=dict, repr=False)
    contacts_out: frozenset[str] = field(default=frozenset(), repr=False)
    tried: Mapping[int, frozenset[str]] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)

    def ended(self, not_held: Collection[str]) -> dict[int, str]:
        """How each of those that were tried ended, by why not; "" for well."""
        return {pk: "" if names.isdisjoint(not_held) else NOT_HELD for pk, names in self.tried.items()}


def take_back(
    undos: Mapping[int, Written], crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed
) -> TakingBack:
    """`undos`: writes of ours that a person wants taken back, oldest first; the newest wins where two concern the same
    field."""
    fields: dict[str, tuple[Value[str], Side]] = {}
    contacts_in: dict[str, Contact] = {}
    contacts_out: set[str] = set()
    tried: dict[int, frozenset[str]] = {}
    refused: dict[int, str] = {}
    for pk, undo in undos.items():
        if refusal := _refusal(undo, crm, advoware, base):
            refused[pk] = refusal
            continue
        tried[pk] = frozenset({*undo.fields, *map(contact_name, (*undo.added, *undo.removed))})
        fields |= {name: (value_of(before), undo.at) for name, (before, _after) in undo.fields.items()}
        contacts_in |= undo.removed
        contacts_out |= set(undo.added)
    return TakingBack(fields, contacts_in, frozenset(contacts_out - set(contacts_in)), tried, refused)


def _refusal(undo: Written, crm: CrmSide | None, advoware: AdvowareSide | None, base: Agreed) -> str:
    if not (undo.fields or undo.added or undo.removed):
        return UNSUPPORTED
    if crm is None or advoware is None:
        return GONE
    lenses = {each.name: each for each in crm.fields}
    if not lenses.keys() >= undo.fields.keys():
        return CHANGED_SINCE  # it is a party of the other kind now

    def says(side: Side, name: str, value: Said[str]) -> bool:
        said = (crm if side is Side.HERE else advoware).said[name]
        if isinstance(said, Unreadable) or isinstance(value, Unreadable):
            return False
        return lenses[name].lens(side).same(value, said)

    kinds = _kinds(crm if undo.at is Side.HERE else advoware)
    as_written = kinds >= undo.added.keys() and not kinds & undo.removed.keys()
    # An earlier run has taken it back on this side and was stopped before the other one followed.
    as_before = kinds >= undo.removed.keys() and not kinds & undo.added.keys()
    for name, texts in undo.fields.items():
        before, after = map(value_of, texts)
        as_written &= says(undo.at, name, after)
        as_before &= says(undo.at, name, before)
        # A person's edit that is still on its way from the other side is not overwritten either.
        agreed, other = base.fields.get(name), undo.at.other
        known = (before, after, agreed.of(other) if agreed else after)
        if not any(says(other, name, value) for value in known):
            return CHANGED_SINCE
    return "" if as_written or as_before else CHANGED_SINCE


def _kinds(side: CrmSide | AdvowareSide) -> frozenset[str]:
    return frozenset(side.contacts.entries.kinds if side.contacts else ())
