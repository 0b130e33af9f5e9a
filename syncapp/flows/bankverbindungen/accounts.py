"""Which account of one side is which of the other, and what an account says as a whole. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from syncapp.clients.advoware import BankAccount
from syncapp.clients.espocrm import EspoBankAccount
from syncapp.clients.espocrm.takes import Takes
from syncapp.flows.bankverbindungen.fields import IBAN, TABLE, TITLES
from syncapp.flows.lens.bounds import bounded
from syncapp.flows.lens.core import CantHold, Raw, Said, Unreadable, text_of
from syncapp.flows.lens.declaration import Side

UNNAMED = "Bankverbindung"
_REFUSED = str.maketrans("<>=", "   ")  # by EspoCRM in the names of what the Entity Manager made ($noBadCharacters)

Reading = Mapping[str, Said[str]]  # by the fields' names


@dataclass(frozen=True, slots=True)
class Place:
    """An account in Advoware: the party's number there, and the IBAN."""

    number: int
    iban: str = field(repr=False)

    @property
    def key(self) -> str:
        """Tells the tasks about several places apart."""
        return f"{self.number} {short(self.iban)}"


def short(text: str) -> str:
    """What stands for it in the key of a task."""
    return sha256(text.encode()).hexdigest()[:16]


def read(raw: Raw, side: Side) -> Reading:
    return {each.name: each.lens(side).get(raw) for each in TABLE}


def seen(account: EspoBankAccount) -> dict[str, object]:
    """All that a later change of it in the CRM can be told by."""
    return {**read(account.raw, Side.HERE), "party": account.party_id, "default": account.is_default}


def iban_here(account: EspoBankAccount) -> str:
    return valid(IBAN.here.get(account.raw))


def iban_there(account: BankAccount) -> str:
    return valid(IBAN.there.get(account.raw))


def valid(said: Said[str]) -> str:
    """ "" when there is none, or nobody can read it."""
    return said if isinstance(said, str) else ""


def found(rows: Iterable[BankAccount], iban: str, known_id: str = "") -> BankAccount | None:
    """The account with this IBAN, of several always the same one; else the one that it was known as."""
    rows = list(rows)
    same = [row for row in rows if iban and iban_there(row) == iban]
    known = [row for row in rows if known_id and row.id == known_id]
    return min(same or known, key=lambda row: (row.id != known_id, row.id, _texts(row)), default=None)


def _texts(row: BankAccount) -> list[str]:
    return [text_of(said) for said in read(row.raw, Side.THERE).values()]


def made(raw: Raw, by: Side, takes: Mapping[str, Takes] | None = None) -> dict[str, str]:
    """A new account for the other side, of what this one says; what can't be put is found missing afterwards.

    `takes`: what the CRM's fields take, where it is made there.
    """
    new: dict[str, str] = {}
    for each in (bounded(each, takes or {}) for each in TABLE):
        said = each.lens(by).get(raw)
        part = {} if isinstance(said, Unreadable) else each.lens(by.other).put({}, said)
        new |= {} if isinstance(part, CantHold) else part
    return new


def not_taken(iban: str, takes: Mapping[str, Takes]) -> CantHold | None:
    """Why the CRM can't hold an IBAN. By it an account is recognised, so without it none is made there."""
    put = bounded(IBAN, takes).here.put({}, iban)
    return put if isinstance(put, CantHold) else None


def title(values: Mapping[str, str], takes: Takes) -> str:
    """What an account is called that is made in the CRM; signs that the CRM refuses there are no reason to fail."""
    for each in TITLES:
        words = " ".join(values.get(each.here.name, "").translate(_REFUSED).split())[: takes.longest].rstrip()
        if words and (takes.pattern is None or takes.pattern.fullmatch(words)):
            return words
    return UNNAMED
