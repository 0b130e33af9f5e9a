"""What the hub reads of Advoware's objects. ``raw`` is the whole object, because a PUT replaces it whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

from syncapp.clients.advoware.config import SYSTEM, MatterFields
from syncapp.clients.advoware.keys import Keys, spelling
from syncapp.clients.http.parse import Answered, of, the_object, the_whole

COMMUNICATIONS = "kommunikation"
BERLIN = ZoneInfo("Europe/Berlin")


class AdvowareObject(Answered):
    __slots__ = ()
    system = SYSTEM
    raw: Mapping[str, object]

    @classmethod
    def from_api(cls, raw: object, zone: tzinfo = BERLIN, read_at: float = 0.0) -> Self:
        """Raises ``UnexpectedAnswer`` for a missing number or a value of the wrong type."""
        return cls.read(Keys(SYSTEM, the_object(SYSTEM, raw, cls.__name__), zone, read_at))

    def text(self, name: str) -> str:
        """A value by Advoware's name for it, in whatever case; "" when it is empty, missing or the empty date."""
        return Keys(SYSTEM, self.raw).text(name)


def _when_read() -> float:
    """Declares when the object was read, in monotonic seconds of this process: 0 where it came from a list, so that it
    is read anew before anything is written over it."""
    return of(Keys.when_read, default=0.0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Communication(AdvowareObject):
    """One phone number, address of mail and the like. ``kind`` (kommKz, 1 to 12) never changes after creation."""

    id: int = of(Keys.needed_number, "id")
    row_id: str = of(Keys.text, "rowId")
    kind: int = of(Keys.number_or_0, "kommKz")
    value: str = of(Keys.text, "tlf")
    remark: str = of(Keys.text, "bemerkung")
    raw: Mapping[str, object] = the_whole()
    read_at: float = _when_read()

    @property
    def version(self) -> str:
        """Another one after every change."""
        return self.row_id or digest([self.kind, self.value, self.remark])


def _entries(keys: Keys, key: str) -> tuple[Communication, ...]:
    return tuple(Communication.read(Keys(SYSTEM, row, keys.zone, keys.read_at)) for row in keys.rows(key))


@dataclass(frozen=True, slots=True)
class AdvowareParty(AdvowareObject):
    """A Beteiligter. ``changed_at`` is in UTC."""

    number: int = of(Keys.needed_number, "betNr")
    row_id: str = of(Keys.text, "rowId")
    changed_at: datetime | None = of(Keys.moment, "geaendertAm")
    communications: tuple[Communication, ...] = of(_entries, COMMUNICATIONS)
    raw: Mapping[str, object] = the_whole()
    read_at: float = _when_read()

    @property
    def version(self) -> str:
        """Another one after every change of the row itself."""
        if self.row_id:
            return self.row_id
        entries = spelling(self.raw, COMMUNICATIONS)
        return digest({key: value for key, value in self.raw.items() if key != entries})

    @property
    def fingerprint(self) -> str:
        """Another one after every change of the row or of its communications; their order does not count."""
        entries = sorted((entry.id, entry.version, entry.kind) for entry in self.communications)
        return digest([self.version, entries])

    def said(self, names: Sequence[str]) -> str:
        """Another text for every other value of these keys, or of an entry: versions are not always moved (observed).
        Empty where the object does not hold them all; of other keys it can't be compared."""
        keys = [spelling(self.raw, name) for name in (*names, COMMUNICATIONS)]
        if any(key not in self.raw for key in keys):
            return ""
        entries = sorted((entry.kind, entry.value, entry.remark) for entry in self.communications)
        return f"{digest(list(names))[:8]}:{digest([[self.raw[key] for key in keys[:-1]], entries])}"


@dataclass(frozen=True, slots=True)
class Appointment(AdvowareObject):
    """A Termin. ``changed_at`` is in UTC; all other times are as Advoware writes them: local, without a zone; what they
    mean is the flow's."""

    number: int = of(Keys.needed_number, "frNr")
    row_id: str = of(Keys.text, "rowId")
    changed_at: datetime | None = of(Keys.moment, "geaendertAm")
    raw: Mapping[str, object] = the_whole()
    read_at: float = _when_read()

    @property
    def version(self) -> str:
        """Another one after every change. It is not known whether appointments have a ``rowId``: then it is what the
        row says, ``geaendertAm`` among it."""
        return self.row_id or digest({key.casefold(): value for key, value in self.raw.items()})


@dataclass(frozen=True, slots=True)
class BankAccount(AdvowareObject):
    """A Bankverbindung; Advoware lets nobody change or delete one through its API."""

    id: str = of(Keys.text, "id")
    row_id: str = of(Keys.text, "rowId")
    iban: str = of(Keys.text, "iban")
    raw: Mapping[str, object] = the_whole()


@dataclass(frozen=True, slots=True)
class PostalAddress(AdvowareObject):
    """An Adresse of a party; the hub only reads them."""

    street: str = of(Keys.text, "strasse")
    postcode: str = of(Keys.text, "plz")
    city: str = of(Keys.text, "ort")


@dataclass(frozen=True, slots=True)
class Employee(AdvowareObject):
    kuerzel: str = of(Keys.text, "kuerzel")
    name: str = of(Keys.text, "name")
    email: str = of(Keys.text, "email")


@dataclass(frozen=True, slots=True)
class Matter:
    """An Akte, read only. ``reference``: its Aktenzeichen as Advoware writes it."""

    id: str
    reference: str
    raw: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_api(cls, raw: object, names: MatterFields) -> Self:
        """Raises ``UnexpectedAnswer`` where one of the two keys is missing: then the names are not this Advoware's, and
        nothing may be told from it. An Akte may have an empty Aktenzeichen."""
        keys = Keys(SYSTEM, the_object(SYSTEM, raw, cls.__name__))
        number = keys.text(names.id)
        if not number:
            raise keys.wrong(names.id)
        if spelling(keys.raw, names.reference) not in keys.raw:
            raise keys.wrong(names.reference)
        return cls(number, keys.text(names.reference), keys.raw)


def digest(values: object) -> str:
    """Another text for every other content; the order of keys does not count."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
