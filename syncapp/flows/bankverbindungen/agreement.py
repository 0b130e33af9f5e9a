"""What is remembered of a bank account's last agreement. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syncapp.clients.espocrm import EspoBankAccount
from syncapp.flows.bankverbindungen.accounts import Reading, seen
from syncapp.flows.bankverbindungen.fields import IBAN, TABLE
from syncapp.flows.lens.declaration import Base, Side
from syncapp.flows.lens.records import loaded_said, stored, stored_said


@dataclass(frozen=True, slots=True)
class Agreed:
    """`bases`: what each side said of each field. `look`: tasks are open, look at both sides.

    `seen`, `there`: the accounts of the CRM and of Advoware as the last run left them; empty: it showed none.
    `refused`: values that the CRM did not take, by field. `journal`: the newest write of ours when both were there.
    """

    number: int | None = None
    iban: str = ""
    bases: Mapping[str, Base[str]] = field(default_factory=dict)
    look: bool = False
    seen: Mapping[str, object] = field(default_factory=dict)
    there: Reading = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    journal: int = 0

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Agreed:
        if not raw:
            return cls()
        bases = {
            each.name: Base(*(_loaded(each.name, said, side) for said, side in zip(pair, Side, strict=True)))
            for each in TABLE
            if (pair := raw["fields"].get(each.name))
        }
        if "there" not in raw and bases:  # of before 28 November 2026: no base of the IBAN, which was the same
            bases[IBAN.name] = Base(raw["iban"], raw["iban"])
        there = {name: base.there for name, base in bases.items()}
        if "there" in raw:
            there = {name: _loaded(name, said, Side.THERE) for name, said in raw["there"].items()}
        before = {name: _loaded(name, said, Side.HERE) for name, said in raw.get("seen", {}).items()}
        refused, journal = raw.get("refused", {}), raw.get("journal", 0)
        return cls(raw["number"], raw["iban"], bases, raw["look"], before, there, refused, journal)

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "iban": self.iban,
            "fields": {name: stored(base) for name, base in self.bases.items()},
            "look": self.look,
            "seen": {name: stored_said(said, lambda value: value) for name, said in self.seen.items()},
            "there": {name: stored_said(said) for name, said in self.there.items()},
            "refused": dict(self.refused),
            "journal": self.journal,
        }


def _loaded(name: str, said: Any, side: Side) -> Any:
    """Read again as that side reads it, so that it stays the same when a later hub reads better."""
    lenses = {each.name: each.here if side is Side.HERE else each.there for each in TABLE}
    lens = lenses.get(name)
    return said if lens is None else loaded_said(said, lambda text: lens.get({lens.name: text}))


def unchanged(account: EspoBankAccount, agreed: Agreed) -> bool:
    """Whether the CRM's side is as the last run left it."""
    return seen(account) == dict(agreed.seen)
