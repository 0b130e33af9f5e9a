"""One card for each entity that was found, whoever found it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

Key = tuple[str, str]  # entity type, id; or a word of ours and an id, for what is no entity of the CRM


class Place(NamedTuple):
    """Where something is; `address` empty: the system has no page that could be opened."""

    system: str
    what: str = ""
    ident: str = ""
    address: str = ""


class Open(NamedTuple):
    """What is open about it, and where that ends."""

    tone: str
    state: str
    why: str
    address: str
    button: str


class Way(NamedTuple):
    """To the hub's page about what belongs to it; `words` where it is no entity."""

    address: str
    entity_type: str = ""
    entity_id: str = ""
    words: str = ""


@dataclass(slots=True)
class Card:
    kind: str
    ident: str
    name: str = ""
    address: str = ""  # of its page in the hub
    party: int | None = None  # its number in Advoware, where it is a party
    places: list[Place] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    agreed_at: datetime | None = None

    def at(self, place: Place) -> None:
        if not any((place.system, place.what, place.ident) == known[:3] for known in self.places):
            self.places.append(place)


class Remark(NamedTuple):
    """Why a system said less than it might."""

    system: str
    words: str


@dataclass(slots=True)
class Found:
    """`cards` by key, in the order in which they were found; `more`: there are others that are not among them."""

    cards: dict[Key, Card] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    more: bool = False

    def say(self, system: object, words: str) -> None:
        if (remark := Remark(str(system), words)) not in self.remarks:
            self.remarks.append(remark)

    def card(self, key: Key, kind: str) -> Card:
        return self.cards.setdefault(key, Card(kind, key[1]))
