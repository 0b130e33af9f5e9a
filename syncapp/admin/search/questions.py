"""Which rows of EspoCRM may be meant, and whether a row that came is. Pure.

EspoCRM compares as its database does (`ö` is `o`) and knows wildcards, so what it finds is looked at once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syncapp.admin.search.classify import Asked, says
from syncapp.clients.espocrm import FIELDS
from syncapp.clients.espocrm.fields import ID, NAME
from syncapp.clients.espocrm.rest import AnyOf, Where
from syncapp.flows.akten.mapping import canonical

Row = Mapping[str, Any]

REFERENCES = ("aktenzeichen",)
NUMBERS = (FIELDS.party_number, "aktennummer")
REMOTE_IDS = (FIELDS.xai_id, FIELDS.collection_id, "datenbankId", FIELDS.party_row_id, FIELDS.bank_remote_id)
MAIL, PHONE = "emailAddress", "phoneNumber"
GROUP = 4  # signs of an IBAN, as people write it


@dataclass(frozen=True, slots=True)
class Choice:
    wheres: tuple[Where, ...]
    meant: Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one entity type; `names`: attributes of which the first that says anything is shown."""

    choices: tuple[Choice, ...]
    select: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def where(self) -> AnyOf:
        return AnyOf([choice.wheres for choice in self.choices])

    def means(self, row: Row) -> bool:
        return any(choice.meant(row) for choice in self.choices)

    def name_of(self, row: Row) -> str:
        return next((str(row[name]) for name in self.names if row.get(name)), "")


def question(asked: Asked, has: frozenset[str], matter_fields: tuple[str, ...] = ()) -> Question | None:
    """None: nothing of it can be asked of a type that has these fields. `matter_fields`: what it calls its Akte."""
    file_name = (FIELDS.file_name,) if FIELDS.file in has else ()
    references = tuple(name for name in dict.fromkeys((*REFERENCES, *matter_fields[1:])) if name in has)
    numbers = tuple(name for name in dict.fromkeys((*NUMBERS, *matter_fields[:1])) if name in has)
    names = (NAME, *(name for name in (FIELDS.party_company,) if name in has))
    choices: list[Choice] = []
    spoken = (*names, *file_name, *(() if asked.reference else references))  # a whole Aktenzeichen is no part of one
    for name in spoken if asked.parts else ():
        choices.append(Choice(tuple(("contains", name, part) for part in asked.parts), _says(asked, name)))
    if asked.reference:
        number = asked.reference.partition("/")[0]
        choices += [Choice((("contains", name, number),), _refers(asked, name)) for name in references]
    if asked.number is not None:
        choices += [_equal(name, str(asked.number)) for name in numbers]
    if asked.remote_id:
        choices += [_equal(name, asked.remote_id) for name in (ID, *(name for name in REMOTE_IDS if name in has))]
    if asked.iban and FIELDS.iban in has:
        choices.append(Choice((("in", FIELDS.iban, (asked.iban, grouped(asked.iban))),), _anything))
    for kind, value in ((MAIL, asked.mail), (PHONE, asked.phone)):
        if value and kind in has:  # any of those that an entity has, so that the row may show another
            choices.append(Choice((("equals", kind, value),), _anything))
    wanted = (ID, *names, *file_name, *references, *numbers, *(name for name in REMOTE_IDS if name in has))
    return Question(tuple(choices), tuple(dict.fromkeys(wanted)), (*names, *file_name)) if choices else None


def grouped(iban: str) -> str:
    return " ".join(iban[start : start + GROUP] for start in range(0, len(iban), GROUP))


def _says(asked: Asked, name: str) -> Callable[[Row], bool]:
    return lambda row: says(asked, str(row.get(name) or ""))


def _refers(asked: Asked, name: str) -> Callable[[Row], bool]:
    return lambda row: canonical(str(row.get(name) or "")) == asked.reference


def _equal(name: str, value: str) -> Choice:
    return Choice((("equals", name, value),), lambda row: str(row.get(name) or "") == value)


def _anything(_row: Row) -> bool:
    return True
