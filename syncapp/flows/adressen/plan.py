"""Whether a party lives at the same place in the CRM and in Advoware. Pure.

Nothing is written on either side: which address is right, only a person knows.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from syncapp.engine.runs.planning import Plan, Settled, Skipped, TaskNeed
from syncapp.flows.limits import Resource

ADDRESS = "address"  # stands for the field
MOST_SHOWN = 5  # of Advoware's addresses
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_COUNTRY = re.compile(r"^[a-z]{1,3}(?=[0-9]{4,5}$)")  # "D-24103"


class Why(StrEnum):
    """Reasons of this flow; each is one of the hub's reasons (`syncapp.models.Reason`) or of `flow.REASONS`."""

    ENTITY_GONE = "entity_gone"
    NO_NUMBER = "address_no_number"
    NOT_THERE = "address_not_there"


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""
    postcode: str = ""
    city: str = ""

    def __str__(self) -> str:
        place = f"{self.postcode} {self.city}".strip()
        return ", ".join(" ".join(part.split()) for part in (self.street, place) if part.strip())

    @property
    def key(self) -> tuple[str, str, str]:
        """The same for every spelling: case, blanks, signs, "Str." for "Straße", umlauts, the country in front."""
        postcode = _COUNTRY.sub("", _plain(self.postcode))
        return (_plain(self.street).replace("strasse", "str"), postcode, _plain(self.city))

    @property
    def said(self) -> bool:
        return any(self.key)


@dataclass(frozen=True, slots=True)
class AddressState:
    """`there`: Advoware's addresses of the party, None when the party is not there."""

    number: int | None = None
    here: Address = Address()
    there: tuple[Address, ...] | None = ()
    gone: bool = False


def plan(state: AddressState) -> Plan:
    """An address that only one side has is no difference: nothing says that the other one is wrong."""
    if state.gone:
        return Plan(Skipped(Why.ENTITY_GONE))
    if state.number is None:
        return Plan(Skipped(Why.NO_NUMBER))
    if state.there is None:
        return Plan(Skipped(Why.NOT_THERE))
    there = [each for each in state.there if each.said]
    if not state.here.said or not there or any(state.here.key == each.key for each in there):
        return Plan(Settled({}))
    shown = "; ".join(dict.fromkeys(map(str, there[:MOST_SHOWN])))
    facts = ((ADDRESS, str(state.here), shown),)
    need = TaskNeed("address_differs", "advoware", "", Resource.PARTY, str(state.number), facts)
    return Plan(Settled({}), tasks=(need,))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    return "".join(sign for sign in folded if sign.isalnum())
