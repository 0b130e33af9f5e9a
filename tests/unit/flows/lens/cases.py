"""Every lens for a single value, as the flows use it, with what is drawn for it. A new lens is one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from syncapp.flows.lens.banks import Bic, Iban
from syncapp.flows.lens.core import EMPTY, Lens, Unreadable, Why
from syncapp.flows.lens.days import Choice, Day
from syncapp.flows.lens.mails import Mail
from syncapp.flows.lens.phones import Phone
from syncapp.flows.lens.texts import Over, Text
from tests.unit.flows.lens import strategies

SALUTATIONS = {"herr": ("Herr", "Herrn", "Mr."), "frau": ("Frau", "Ms.", "Mrs."), "divers": ("Divers",)}


@dataclass(frozen=True)
class Case:
    """`source`: a lens of the other side, whose values come; `refuses`: what this side says and can't take itself."""

    lens: Lens[Any, Any]
    raws: st.SearchStrategy[Any]
    source: Lens[Any, Any]
    refuses: frozenset[Why] = field(default_factory=frozenset)

    @property
    def values(self) -> st.SearchStrategy[Any]:
        """What the other side may say, and nothing."""
        said = self.raws.map(self.source.get).filter(lambda value: not isinstance(value, Unreadable))
        return said | st.just(EMPTY)


_CHOICE = Choice(SALUTATIONS)
_ENUM = Choice(SALUTATIONS, options=frozenset({"Mr.", "Ms.", "Mrs.", "Dr."}))
_words = strategies.ugly(("Herr", "Frau", "Mr.", "Divers", "Firma", "Dr."))
_signs = frozenset({Why.SIGNS, Why.TOO_LONG})

CASES: Mapping[str, Case] = {
    "phone, Advoware": Case(Phone(extension="Durchwahl"), strategies.phones, Phone(extension="ext.")),
    "phone, EspoCRM": Case(Phone(), strategies.phones, Phone(extension="Durchwahl"), frozenset({Why.EXTENSION})),
    "phone, EspoCRM with extensions": Case(Phone(extension="ext."), strategies.phones, Phone(extension="Durchwahl")),
    "mail, Advoware": Case(Mail(), strategies.mails, Mail(php=True)),
    "mail, EspoCRM": Case(Mail(php=True), strategies.mails, Mail(), frozenset({Why.INVALID})),
    "iban": Case(Iban(), strategies.ibans, Iban()),
    "bic": Case(Bic(), strategies.bics, Bic()),
    "day, EspoCRM": Case(Day(), strategies.days, Day()),
    "day, Advoware": Case(Day("T00:00:00"), strategies.days, Day()),
    "name, EspoCRM": Case(Text(limit=255, over=Over.REFUSED, refused="<>"), strategies.texts, Text(), _signs),
    "name, Advoware": Case(Text(limit=255, charset="latin-1"), strategies.texts, Text()),
    "note, Advoware": Case(Text(multiline=True, limit=255, charset="latin-1"), strategies.texts, Text(multiline=True)),
    "text, Advoware": Case(Text(limit=255, charset="latin-1", nothing="(ohne Betreff)"), strategies.texts, Text()),
    "text, Google": Case(Text(limit=1024), strategies.texts, Text()),
    "salutation, Advoware": Case(_CHOICE, _words, _ENUM),
    "salutation, EspoCRM": Case(_ENUM, _words, _CHOICE, frozenset({Why.NO_SUCH_OPTION})),
    "private, Advoware": Case(Choice({"yes": (1, "-1", True), "no": (0, False)}, absent="no"), _words, _CHOICE),
}
