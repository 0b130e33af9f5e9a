"""Bank accounts in canonical form, and what is remembered of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException


def iban_is_valid(value: str) -> bool:
    """Country, length and check digits (ISO 13616)."""
    try:
        IBAN(value)
    except SchwiftyException:
        return False
    return True


def bic_is_valid(value: str) -> bool:
    """ISO 9362; an empty one is fine: inside the SEPA area the IBAN is enough."""
    try:
        return not value or bool(BIC(value))
    except SchwiftyException:
        return False


@dataclass(frozen=True, slots=True)
class Account:
    """One account on one side. `values`: the fields besides the IBAN; `party` and `default` in the CRM only."""

    iban: str
    values: Mapping[str, str] = field(repr=False)
    id: str = ""
    party: str = ""
    default: bool = False

    @property
    def seen(self) -> dict[str, object]:
        """All that a later change of it can be told by."""
        return {"iban": self.iban, **self.values, "party": self.party, "default": self.default}


@dataclass(frozen=True, slots=True)
class Place:
    """An account in Advoware: the party's number there, and the IBAN."""

    number: int
    iban: str = field(repr=False)

    @property
    def key(self) -> str:
        """Tells the tasks about several places apart."""
        return f"{self.number} {sha256(self.iban.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Agreed:
    """The last agreement: each field as it was on each side. `look`: tasks are open, look at both sides.

    `seen`: the CRM's account as the last run left it. `journal`: the newest write of ours when both sides were there.
    """

    number: int | None = None
    iban: str = ""
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    look: bool = False
    seen: Mapping[str, object] = field(default_factory=dict)
    journal: int = 0

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Agreed:
        if not raw:
            return cls()
        fields = {k: (v[0], v[1]) for k, v in raw["fields"].items()}
        return cls(raw["number"], raw["iban"], fields, raw["look"], raw.get("seen", {}), raw.get("journal", 0))

    def to_json(self) -> dict[str, Any]:
        fields = {name: list(pair) for name, pair in self.fields.items()}
        return {
            "number": self.number,
            "iban": self.iban,
            "fields": fields,
            "look": self.look,
            "seen": dict(self.seen),
            "journal": self.journal,
        }


def unchanged(account: Account, agreed: Agreed) -> bool:
    """Whether the CRM's side is as the last run left it."""
    return account.seen == dict(agreed.seen)
