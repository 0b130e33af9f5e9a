"""IBAN and BIC. Pure. Sources: ISO 13616 (IBAN), ISO 9362 (BIC), ISO 20022 (NOTPROVIDED: there is none)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from syncapp.flows.lens.core import EMPTY, CantHold, Lens, Said, Unreadable, Value, Why
from syncapp.flows.lens.within import Spot, Within, plain

_BEGINNING = re.compile(r"(?<![^\W_])[A-Z]{2}[0-9]{2}(?![^\W_]*@)", re.IGNORECASE)
_NO_BIC = ("NOTPROVIDED", "NOTPROVIDEDXXX")
_HEAD_OFFICE = "XXX"
_LABELS = re.compile(r"(?:iban)?[\s:.-]*", re.IGNORECASE)


def iban(text: str) -> str | None:
    """Without blanks and in capitals; None when country, length or check digits are wrong."""
    from schwifty import IBAN  # with its lists of banks, for who reads an account
    from schwifty.exceptions import SchwiftyException

    try:
        return str(IBAN(text).compact)
    except SchwiftyException:
        return None


@dataclass(frozen=True, slots=True)
class Iban(Within):
    def spot(self, text: str) -> Spot | None:
        found = [spot for match in _BEGINNING.finditer(text) if (spot := _from(text, match.start()))]
        return found[0] if len(found) == 1 else None

    def written(self, value: str) -> str | CantHold:
        return value if iban(value) == value else CantHold(Why.INVALID, value)


def _from(text: str, start: int) -> Spot | None:
    """An IBAN that begins here: letters and digits in groups, until it is complete."""
    compact = ""
    for position in range(start, len(text)):
        sign = text[position]
        if sign in " -":
            continue
        if not (sign.isascii() and sign.isalnum()):
            return None
        compact += sign.upper()
        end = position + 1
        if (value := iban(compact)) and not text[end : end + 1].isalnum():
            return Spot(start, end, value, bool(_LABELS.fullmatch(text[:start])) and not text[end:].strip())
        if len(compact) > 34:  # no country's is longer
            return None
    return None


@dataclass(frozen=True, slots=True)
class Bic(Lens[object, str]):
    """Always eleven signs: eight are those of the head office. A German bank code (eight digits) is no BIC."""

    def get(self, raw: object) -> Said[str]:
        from schwifty import BIC
        from schwifty.exceptions import SchwiftyException

        text = plain(raw)
        compact = re.sub(r"[\s-]", "", re.sub(r"^bic\b[\s:.]*", "", text, flags=re.IGNORECASE)).upper()
        if not compact or compact in _NO_BIC:
            return EMPTY
        try:
            found = str(BIC(compact).compact)
        except SchwiftyException:
            return Unreadable(text)
        return found if len(found) > 8 else found + _HEAD_OFFICE

    def put(self, raw: object, value: Value[str]) -> object | CantHold:
        said = self.get(raw)
        if value == said:
            return raw
        if isinstance(said, Unreadable):
            return CantHold(Why.UNREADABLE, said.shown)
        if value is EMPTY:
            return ""
        return value if self.get(value) == value else CantHold(Why.INVALID, value)
