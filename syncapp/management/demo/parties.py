"""Parties and bank accounts on both sides, told from the sandbox alone: the hub's own tables are not asked. Pure.

Which field is called what comes from the flow's table; that values are where they belong is checked by the facts that
a working day states (workday.py), with no help of the hub's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from syncapp.flows.beteiligte import fields
from syncapp.management.demo.firm import Row

NULL_DATE = "0001-01-01"  # Advoware's word for no date


@dataclass(frozen=True, slots=True)
class Entered:
    """What a party must show, by the names of that side. `party`: its id in EspoCRM."""

    party: str
    crm: Mapping[str, str] = field(default_factory=dict)
    advoware: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Parties:
    """Both systems at one moment, as the sandbox's `state` tells them."""

    crm: Row
    advoware: Row

    @cached_property
    def known(self) -> dict[str, Row]:
        """EspoCRM's live parties by id."""
        return {row["id"]: row for row in self.crm["records"]["CBeteiligte"] if not row["deleted"]}

    @cached_property
    def there(self) -> dict[int, Row]:
        """Advoware's parties by number."""
        return {row["betNr"]: row for row in self.advoware["parties"]}

    @cached_property
    def accounts(self) -> dict[str, Row]:
        """EspoCRM's live bank accounts by id."""
        rows = self.crm["records"].get("CBankverbindungen", [])
        return {row["id"]: row for row in rows if not row["deleted"]}

    def counterpart(self, party: Row) -> Row | None:
        return self.there.get(party["betnr"] or 0)

    def agree(self, party: Row) -> bool:
        there = self.counterpart(party)
        return there is not None and in_crm(party) == in_advoware(there) and party["syncStatus"] == "clean"

    def shows(self, entered: Entered) -> bool:
        party = self.known[entered.party]
        there = self.counterpart(party) or {}
        return entered.crm.items() <= party.items() and entered.advoware.items() <= there.items()

    @cached_property
    def wanted_accounts(self) -> set[tuple[int, str]]:
        """(number of the party, IBAN) as EspoCRM has them."""
        owners = {pk: row["betnr"] or 0 for pk, row in self.known.items()}
        return {(owners.get(row["beteiligteId"], 0), _iban(row["iban"])) for row in self.accounts.values()}

    @cached_property
    def accounts_there(self) -> list[tuple[int, str]]:
        """The same as Advoware has them: a list, for what is there twice shall be seen."""
        rows = self.there.items()
        return [(number, _iban(each["iban"])) for number, row in rows for each in row["bankverbindungen"]]

    def needs_a_hand(self, account: Row) -> bool:
        """Whether EspoCRM says that Advoware has it otherwise, and it has."""
        number = self.known[account["beteiligteId"]]["betnr"]
        return account["syncStatus"] == "unclean" and (number, _iban(account["iban"])) not in self.accounts_there


def in_crm(party: Row) -> Row:
    """By the names of the flow's table. The name of a company is a field of its own."""
    mails = [row["emailAddress"] for row in party["emailAddressData"] or ()]
    phones = [row["phoneNumber"] for row in party["phoneNumberData"] or ()]
    values = {each.name: party.get(each.crm_company) or party.get(each.crm) or "" for each in fields.TABLE}
    return values | {"contacts": _contacts([*mails, *phones])}


def in_advoware(party: Row) -> Row:
    values = {each.name: str(party.get(each.advoware) or "").removesuffix("T00:00:00") for each in fields.TABLE}
    values = {name: "" if value == NULL_DATE else value for name, value in values.items()}
    return values | {"contacts": _contacts([row["tlf"] for row in party["kommunikation"] if row["tlf"]])}


def _contacts(texts: list[str]) -> str:
    """Mail addresses in lower case, numbers as digits with the country's 49 in front, however people typed them."""
    return " ".join(
        sorted({t.lower() if "@" in t else re.sub(r"^0(?=[1-9])", "49", re.sub(r"\D", "", t)) for t in texts})
    )


def _iban(text: str | None) -> str:
    return re.sub(r"\s", "", text or "").upper()
