"""Contacts of a party towards Advoware: which entry takes what, and what a person must do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from syncapp.engine.runs.planning import TaskNeed
from syncapp.flows.beteiligte.actions import ADVOWARE, CRM, Action, AddContact, EmptyContact
from syncapp.flows.beteiligte.agreement import Agreed
from syncapp.flows.beteiligte.fields import Rules
from syncapp.flows.beteiligte.merge_contacts import ContactOutcome
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, Entry
from syncapp.flows.limits import INSTEAD, Operation, Resource

NOT_KEPT = "contact:"  # begins the names of contacts among the values that Advoware did not keep


def towards_advoware(outcome: ContactOutcome, entries: Iterable[Entry], rules: Rules) -> list[Action]:
    """A value that goes makes room for one of the same type that comes; then empty entries are used; then new ones."""
    leaving = [entry for entry in entries if entry.key in outcome.from_advoware]
    free = [entry for entry in entries if entry.empty and entry.kind is not None]
    actions: list[Action] = []
    for key, contact in sorted(outcome.to_advoware.items()):
        numbers = rules.kommkz.get(contact.kind, ())
        if not numbers:
            continue  # this installation keeps no such contacts in Advoware
        entry = _take(leaving, numbers) or _take(free, numbers)
        actions.append(AddContact(key, contact, numbers[0], entry))
    return [*actions, *(EmptyContact(entry) for entry in leaving)]


def _take(entries: list[Entry], numbers: tuple[int, ...]) -> Entry | None:
    for position, entry in enumerate(entries):
        if entry.kommkz in numbers:
            return entries.pop(position)
    return None


def needs(outcome: ContactOutcome, base: Agreed, crm: CrmSide, advoware: AdvowareSide) -> Iterator[TaskNeed]:
    number = str(advoware.number)
    ours, theirs = crm.reading.contacts or {}, advoware.reading.contacts or {}
    for key in sorted(outcome.stuck):
        facts = (
            (str(ours[key].kind), f"{theirs[key].text} ({theirs[key].kind})", f"{ours[key].text} ({ours[key].kind})"),
        )
        kind = INSTEAD[Resource.CONTACT, Operation.CHANGE_TYPE]
        yield TaskNeed(kind, ADVOWARE, _short(key), Resource.PARTY, number, facts)
    open_still = {NOT_KEPT + key for key in set(ours) - set(theirs)}
    yield from not_kept({name: text for name, text in base.not_kept.items() if name in open_still}, advoware)
    if not base.known:
        return  # what was unreadable before our time is nobody's edit
    for system, now, then in (
        (CRM, crm.reading.unreadable, base.crm_unreadable),
        (ADVOWARE, advoware.reading.unreadable, base.advoware_unreadable),
    ):
        for value in sorted(now - then):
            yield TaskNeed(
                "contact_unreadable", system, _short(value), Resource.PARTY, number, (("kontakt", value, ""),)
            )


def not_kept(values: Mapping[str, str], advoware: AdvowareSide) -> Iterator[TaskNeed]:
    """`values`: as in `Agreed.not_kept`, fields and contacts."""
    for name, wanted in sorted(values.items()):
        key = name.removeprefix(NOT_KEPT)
        fact = (name, advoware.reading.fields.get(name, ""), wanted) if key == name else ("kontakt", "", wanted)
        yield TaskNeed("value_not_kept", ADVOWARE, _short(key), Resource.PARTY, str(advoware.number), (fact,))


def _short(value: str) -> str:
    """Keys of tasks have 64 characters at most."""
    return value if len(value) <= 64 else f"{value[:51]} {sha256(value.encode()).hexdigest()[:12]}"
