"""What the hub reads of Advoware's objects. ``raw`` is the whole object, because a PUT replaces it whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from syncapp.clients.advoware.keys import Keys, spelling

COMMUNICATIONS = "kommunikation"
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Communication:
    """One phone number, address of mail and the like. ``kind`` (kommKz, 1 to 12) never changes after creation."""

    id: int
    row_id: str
    kind: int
    value: str
    remark: str
    raw: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    read_at: float = field(default=0.0, compare=False, repr=False)

    @classmethod
    def from_api(cls, raw: object, read_at: float = 0.0) -> Communication:
        keys = Keys.of(raw, COMMUNICATIONS)
        return cls(
            id=keys.needed_number("id"),
            row_id=keys.text("rowId"),
            kind=keys.number("kommKz") or 0,
            value=keys.text("tlf"),
            remark=keys.text("bemerkung"),
            raw=keys.raw,
            read_at=read_at,
        )

    @property
    def version(self) -> str:
        """Another one after every change."""
        return self.row_id or digest([self.kind, self.value, self.remark])


@dataclass(frozen=True, slots=True)
class AdvowareParty:
    """A Beteiligter. ``changed_at`` is in UTC; ``read_at`` (monotonic seconds of this process) is 0 where the row came
    from a list, so that it is read anew before anything is written over it."""

    number: int
    row_id: str
    changed_at: datetime | None
    communications: tuple[Communication, ...]
    raw: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    read_at: float = field(default=0.0, compare=False, repr=False)

    @classmethod
    def from_api(cls, raw: object, zone: ZoneInfo = BERLIN, read_at: float = 0.0) -> AdvowareParty:
        """Raises ``UnexpectedAnswer`` for a missing number or a value of the wrong type."""
        keys = Keys.of(raw, "party")
        return cls(
            number=keys.needed_number("betNr"),
            row_id=keys.text("rowId"),
            changed_at=keys.moment("geaendertAm", zone),
            communications=tuple(Communication.from_api(row, read_at) for row in keys.list(COMMUNICATIONS)),
            raw=keys.raw,
            read_at=read_at,
        )

    def text(self, name: str) -> str:
        """A value by Advoware's name for it, in whatever case; "" when it is empty, missing or the empty date."""
        return Keys(self.raw).text(name)

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


@dataclass(frozen=True, slots=True)
class PartyStamp:
    """That a party is as it is: for finding what changed without keeping what it was."""

    number: int
    row_id: str
    changed_at: datetime | None
    fingerprint: str
    party: AdvowareParty = field(compare=False, repr=False)

    @classmethod
    def of(cls, party: AdvowareParty) -> PartyStamp:
        return cls(party.number, party.row_id, party.changed_at, party.fingerprint, party)


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A Bankverbindung; Advoware lets nobody change or delete one through its API."""

    id: str
    row_id: str
    iban: str
    raw: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_api(cls, raw: object) -> BankAccount:
        keys = Keys.of(raw, "bank_account")
        return cls(
            id=keys.text("id"),
            row_id=keys.text("rowId"),
            iban=keys.text("iban"),
            raw=keys.raw,
        )

    def text(self, name: str) -> str:
        """A value by Advoware's name for it, in whatever case; "" when it is empty or missing."""
        return Keys(self.raw).text(name)


@dataclass(frozen=True, slots=True)
class Employee:
    kuerzel: str
    name: str
    email: str

    @classmethod
    def from_api(cls, raw: object) -> Employee:
        keys = Keys.of(raw, "employee")
        return cls(keys.text("kuerzel"), keys.text("name"), keys.text("email"))


def digest(values: object) -> str:
    """Another text for every other content; the order of keys does not count."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, Iterable) else str(value)
