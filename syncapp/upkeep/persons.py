"""Who a person is to the hub, and every row about them.

A person is a party of the CRM with its bank accounts. What the hub knows of a person it knows by ids; a search by words
reads the agreements of parties and accounts, which alone hold names. Appointments belong to employees and only speak
of persons, so they are found by words, and by nothing else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from syncapp.clients.espocrm import FIELDS
from syncapp.models import (
    Attempt,
    CalendarLink,
    CalendarQuestion,
    CalendarTombstone,
    Conflict,
    InboxItem,
    JournalEntry,
    Orphan,
    ProxyCall,
    Record,
    Reference,
    ReferenceKind,
    StaffAction,
    SystemName,
    Task,
    Undo,
)
from syncapp.upkeep import handled

BATCH = 2000
APPOINTMENTS: tuple[type[Model], ...] = (CalendarLink, CalendarTombstone, CalendarQuestion)


# Records of parties that Advoware has and EspoCRM did not (`flows.limits.Resource`); its paths call them so too.
ONLY_THERE = "Beteiligte"


@dataclass(frozen=True, slots=True)
class Person:
    """`entities`: (entity type, id) in the CRM, of the party and its accounts. `numbers`: in Advoware (betNr)."""

    entities: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...] = ()

    @property
    def records(self) -> QuerySet[Record]:
        return Record.objects.filter(_any(self.entities))


def by_number(number: str) -> list[Person]:
    """By the betNr: nobody, or one; a number that two parties had is of both."""
    found = _whole((), {number})
    return [found] if found.entities else []


def by_id(entity_id: str) -> list[Person]:
    """By the CRM's id of the party or of one of its accounts; who is in Advoware only has the betNr for one. Nobody, or
    one."""
    wanted = (FIELDS.party_entity, FIELDS.bank_entity, ONLY_THERE)
    known: set[tuple[str, str]] = set()
    for rows in (Record.objects.all(), Reference.objects.all(), InboxItem.objects.all()):
        found = rows.filter(entity_id=entity_id, entity_type__in=wanted)
        known.update(found.values_list("entity_type", "entity_id").distinct())
    if not known:
        return []
    mine = Reference.objects.filter(entity_id=entity_id, system=SystemName.ADVOWARE)
    numbers = set(mine.filter(kind=ReferenceKind.PARTY).values_list("remote_id", flat=True))
    numbers |= set(mine.filter(kind=ReferenceKind.BANK_ACCOUNT).values_list("container_id", flat=True))
    numbers |= {number for entity_type, number in known if entity_type == ONLY_THERE}
    return [_whole(known, numbers)]


def by_words(words: str) -> list[Person]:
    """Those with all these words in what was last agreed about them: name, mail, phone number, IBAN …"""
    rows = Record.objects.filter(entity_type__in=(FIELDS.party_entity, FIELDS.bank_entity)).exclude(agreed={})
    found = {id for id, agreed in rows.values_list("entity_id", "agreed").iterator(BATCH) if says(agreed, words)}
    return list(dict.fromkeys(person for entity_id in sorted(found) for person in by_id(entity_id)))


def held(person: Person) -> dict[type[Model], QuerySet[Any]]:
    """Every row that is about the person, table by table."""
    ours, entities = person.records, _any(person.entities)
    collections = Reference.objects.filter(entities, kind=ReferenceKind.COLLECTION).values("remote_id")
    in_them = Q(kind=ReferenceKind.MEMBERSHIP, container_id__in=collections)
    paths = _either([Q(path__iregex=rf"(^|/){ONLY_THERE}/{number}(/|$)") for number in person.numbers])
    found: list[QuerySet[Any]] = [
        ours,
        *(model._default_manager.filter(record__in=ours) for model in (Attempt, JournalEntry, Task, Conflict)),
        Undo.objects.filter(entry__record__in=ours),
        Reference.objects.filter(entities | in_them),
        handled.about(ours),
        Orphan.objects.filter(entities),
        InboxItem.objects.filter(entities).select_related("message"),
        StaffAction.objects.filter(_done_to(person)),
        ProxyCall.objects.filter(paths),
    ]
    return {rows.model: rows for rows in found}


def appointments(words: str) -> dict[type[Model], QuerySet[Any]]:
    """Rows about appointments with all these words in them."""
    found: dict[type[Model], QuerySet[Any]] = {}
    for model in APPOINTMENTS if words.split() else ():
        rows = model._default_manager.all()
        found[model] = rows.filter(pk__in=[row.pk for row in rows.iterator(BATCH) if says(vars(row), words)])
    return found


def says(value: object, words: str) -> bool:
    """Whether all the words stand somewhere in it, in whatever case and order."""
    text = " ".join(map(_plain, _strings(value)))
    return all(word in text for word in _plain(words).split()) and bool(words.split())


def _done_to(person: Person) -> Q:
    """What staff did to these entities: by their ids, which also stand in the detail, or to rows about them. A number
    of Advoware's is a small one: what else has it is somebody else's."""
    ids = [entity_id for entity_type, entity_id in person.entities if entity_type != ONLY_THERE]
    rows = Q(target_type="Task", target_id__in=_texts(Task.objects.filter(record__in=person.records)))
    rows |= Q(target_type="Record", target_id__in=_texts(person.records))
    rows |= Q(target_id__in=ids) | _either([Q(detail__contains=each) for each in ids])
    there = _either([Q(detail__endswith=f" {ONLY_THERE} {number}") for number in person.numbers])
    return rows | there | Q(target_type=ONLY_THERE, target_id__in=person.numbers)


def _whole(entities: Iterable[tuple[str, str]], numbers: set[str]) -> Person:
    parties = _references(ReferenceKind.PARTY).filter(remote_id__in=numbers)
    accounts = _references(ReferenceKind.BANK_ACCOUNT).filter(container_id__in=numbers)
    known = {*entities}
    for rows in (parties, accounts, Record.objects.filter(entity_type=ONLY_THERE, entity_id__in=numbers)):
        known.update(rows.values_list("entity_type", "entity_id"))
    return Person(tuple(sorted(known, key=lambda each: (each[0] != FIELDS.party_entity, each))), tuple(sorted(numbers)))


def _references(kind: ReferenceKind) -> QuerySet[Reference]:
    return Reference.objects.filter(system=SystemName.ADVOWARE, kind=kind)


def _any(entities: Iterable[tuple[str, str]]) -> Q:
    return _either([Q(entity_type=entity_type, entity_id=entity_id) for entity_type, entity_id in entities])


def _either(conditions: list[Q]) -> Q:
    found = Q(pk__in=[])  # none, where there is no condition
    for condition in conditions:
        found |= condition
    return found


def _texts(rows: QuerySet[Any]) -> list[str]:
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.items():  # contacts are known by what they say
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
