"""Which entry of Advoware takes which contact: none can be deleted, and its type is fixed once it is made. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syncapp.flows.beteiligte.actions import AddContact, EmptyContact, ReuseEntry
from syncapp.flows.beteiligte.contacts import Contact, Entry, lens
from syncapp.flows.beteiligte.fields import Rules
from syncapp.flows.lens.core import EMPTY, CantHold
from syncapp.flows.lens.declaration import Side

Moves = list[AddContact | EmptyContact]


def towards_advoware(
    comes: Mapping[str, Contact], goes: Iterable[str], entries: Iterable[Entry], rules: Rules
) -> tuple[Moves, dict[str, CantHold]]:
    """A value that goes makes room for one of the same type that comes; then empty entries are used; then new ones.

    Also returns the contacts that can't come, or can't go because a remark would go with them.
    """
    known = tuple(entries)
    refused: dict[str, CantHold] = {}
    leaving = [entry for entry in known if entry.key in set(goes)]
    free = [entry for entry in known if entry.empty and entry.kind is not None]
    moves: Moves = []
    for key, contact in sorted(comes.items()):
        new = _added(key, contact, rules)
        if isinstance(new, CantHold):
            refused[key] = new
        else:
            moves.append(_reused(new, leaving, rules) or _reused(new, free, rules) or new)
    for entry in leaving:
        after = lens(entry.kind, Side.THERE, rules).put(entry.raw, EMPTY) if entry.kind else ""
        if isinstance(after, CantHold):
            refused[str(entry.key)] = after
    moves += [EmptyContact(entry) for entry in leaving if entry.key not in refused]
    return moves, refused


def _added(key: str, contact: Contact, rules: Rules) -> AddContact | CantHold:
    value = lens(contact.kind, Side.THERE, rules).put(None, contact.text)
    if isinstance(value, CantHold):
        return value
    return AddContact(key, contact, rules.kommkz[contact.kind][0], str(value))


def _reused(new: AddContact, entries: list[Entry], rules: Rules) -> ReuseEntry | None:
    """Takes the entry out of the list. What a person wrote around the old value stays."""
    for position, entry in enumerate(entries):
        if entry.kommkz in rules.kommkz[new.contact.kind]:
            value = lens(new.contact.kind, Side.THERE, rules).put(entry.raw, new.contact.text)
            if not isinstance(value, CantHold):
                del entries[position]
                return ReuseEntry(new.key, new.contact, new.kommkz, str(value), entry)
    return None
