"""Every lens for a single value, with what is drawn for it: those of the flows' own tables, and each kind by itself.

A flow that has two sides says in the function `declared` of its `fields.py` which fields it has: a new one is under the
laws without a line here. A new kind of lens is one line in `KINDS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from hypothesis import strategies as st

from syncapp.clients.espocrm.takes import Takes
from syncapp.flows.lens.banks import Bic, Iban
from syncapp.flows.lens.bounds import Bounded
from syncapp.flows.lens.core import EMPTY, Attribute, Lens, Unreadable, Why
from syncapp.flows.lens.days import Choice, Day
from syncapp.flows.lens.declaration import Field
from syncapp.flows.lens.descriptions import Description
from syncapp.flows.lens.mails import Mail
from syncapp.flows.lens.phones import Phone
from syncapp.flows.lens.texts import Over, Text
from tests.unit.flows.lens import strategies

SALUTATIONS = {"herr": ("Herr", "Herrn", "Mr."), "frau": ("Frau", "Ms.", "Mrs."), "divers": ("Divers",)}
STOCK = frozenset({"", "Mr.", "Ms.", "Mrs.", "Dr."})  # of EspoCRM's own salutations
FLOWS = settings.BASE_DIR / "syncapp" / "flows"


@dataclass(frozen=True)
class Case:
    """`source`: a lens of the other side, whose values come."""

    lens: Lens[Any, Any]
    source: Lens[Any, Any]

    @property
    def raws(self) -> st.SearchStrategy[Any]:
        return kind_of(self.lens).raws(self.lens)

    @property
    def refuses(self) -> frozenset[Why]:
        """What this side says and can't take itself."""
        return frozenset(kind_of(self.lens).refuses(self.lens))

    @property
    def values(self) -> st.SearchStrategy[Any]:
        """What the other side may say, and nothing."""
        said = kind_of(self.source).raws(self.source).map(self.source.get)
        return said.filter(lambda value: not isinstance(value, Unreadable)) | st.just(EMPTY)


def _takes_all(_lens: Any) -> Iterator[Why]:
    yield from ()


@dataclass(frozen=True)
class Kind:
    raws: Callable[[Any], st.SearchStrategy[Any]]
    refuses: Callable[[Any], Iterator[Why]] = _takes_all


def _of_text(lens: Text) -> Iterator[Why]:
    if lens.refused:
        yield Why.SIGNS
    if lens.over is Over.REFUSED and lens.limit is not None:
        yield Why.TOO_LONG


def _words(lens: Choice) -> st.SearchStrategy[Any]:
    known = [word for words in lens.words.values() for word in words]
    return strategies.ugly((*map(str, known), "Firma", "Dr.")) | st.sampled_from(known)


def _of_bounds(lens: Bounded) -> Iterator[Why]:
    yield from (Why.NO_SUCH_OPTION, Why.TOO_LONG, Why.INVALID, *kind_of(lens.lens).refuses(lens.lens))


KINDS: Mapping[type[Lens[Any, Any]], Kind] = {
    Phone: Kind(lambda _: strategies.phones, lambda lens: iter(() if lens.extension else (Why.EXTENSION,))),
    Mail: Kind(lambda _: strategies.mails, lambda lens: iter((Why.INVALID,) if lens.php else ())),
    Iban: Kind(lambda _: strategies.ibans),
    Bic: Kind(lambda _: strategies.bics),
    Day: Kind(lambda _: strategies.days),
    Text: Kind(lambda _: strategies.texts, _of_text),
    Description: Kind(lambda _: strategies.descriptions),
    Choice: Kind(_words),
    Bounded: Kind(lambda lens: kind_of(lens.lens).raws(lens.lens), _of_bounds),
}


def kind_of(lens: Lens[Any, Any]) -> Kind:
    return KINDS[type(lens)]


def declared() -> Mapping[str, tuple[Field[Any, Any, Any], ...]]:
    """By flow: the fields of its table."""
    found = {}
    for path in sorted(FLOWS.glob("*/fields.py")):
        table = getattr(import_module(f"syncapp.flows.{path.parent.name}.fields"), "declared", None)
        if table is not None:
            found[path.parent.name] = tuple(table())
    return found


def _of_flows() -> Iterator[tuple[str, Case]]:
    for flow, fields in declared().items():
        seen: list[tuple[str, Lens[Any, Any], Lens[Any, Any]]] = []
        for each in fields:
            if not (isinstance(each.here, Attribute) and isinstance(each.there, Attribute)):
                continue
            lenses = each.here.lens, each.there.lens
            # Persons and companies may have a field of one name in two ways.
            again = sum(name == each.name for name, *_ in seen)
            which = f" ({again + 1})" if again else ""
            if (each.name, *lenses) not in seen:
                seen.append((each.name, *lenses))
                yield f"{flow}, {each.name}{which}, here", Case(*lenses)
                yield f"{flow}, {each.name}{which}, there", Case(*reversed(lenses))


_CHOICE = Choice(SALUTATIONS)
_ENUM = Bounded(Choice({"herr": ("Mr.",), "frau": ("Ms.", "Mrs."), "divers": ("Divers",)}), Takes(STOCK))
_NARROW = Bounded(Text(), Takes(longest=12, pattern=re.compile("[^<>=]+"), required=True))

CASES: Mapping[str, Case] = {
    "phone, Advoware": Case(Phone(extension="Durchwahl"), Phone(extension="ext.")),
    "phone, EspoCRM": Case(Phone(), Phone(extension="Durchwahl")),
    "phone, EspoCRM with extensions": Case(Phone(extension="ext."), Phone(extension="Durchwahl")),
    "mail, Advoware": Case(Mail(), Mail(php=True)),
    "mail, EspoCRM": Case(Mail(php=True), Mail()),
    "iban": Case(Iban(), Iban()),
    "bic": Case(Bic(), Bic()),
    "day, EspoCRM": Case(Day(), Day()),
    "day, Advoware": Case(Day("T00:00:00"), Day()),
    "name, EspoCRM": Case(Text(limit=255, over=Over.REFUSED, refused="<>"), Text()),
    "name, Advoware": Case(Text(limit=255, charset="latin-1"), Text()),
    "note, Advoware": Case(Text(multiline=True, limit=255, charset="latin-1"), Text(multiline=True)),
    "text, Advoware": Case(Text(limit=255, charset="latin-1", nothing="(ohne Betreff)"), Text()),
    "text, Google": Case(Text(limit=1024), Text()),
    "note, Google": Case(Description(limit=8192), Text(multiline=True)),
    "short note, Google": Case(Description(limit=12), Text(multiline=True)),
    "salutation, Advoware": Case(_CHOICE, _ENUM),
    "salutation, EspoCRM": Case(_ENUM, _CHOICE),
    "narrow text, EspoCRM": Case(_NARROW, Text()),
    "private, Advoware": Case(Choice({"yes": (1, "-1", True), "no": (0, False)}, absent="no"), _CHOICE),
    **dict(_of_flows()),
}
