"""Parties and bank accounts on both sides, told from the sandbox alone: the hub's own tables are not asked. Pure.

What a side says is read as the flow reads it; that values are where they belong is checked by the facts that a working
day states, in the words of either side and with no help of the hub's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from syncapp.clients.advoware import AdvowareParty
from syncapp.clients.espocrm import EspoParty
from syncapp.flows.beteiligte.contacts import Contacts
from syncapp.flows.beteiligte.fields import Rules
from syncapp.flows.beteiligte.sides import advoware_side, crm_side
from syncapp.flows.lens import banks
from syncapp.flows.lens.core import Said, text_of
from syncapp.flows.lens.entries import Entries
from syncapp.management.demo.firm import Row


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
        if there is None or party["syncStatus"] != "clean":
            return False
        return in_crm(party).items() <= in_advoware(there).items()

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


def in_crm(party: Row) -> dict[str, str]:
    """By the names of the flow's table: what concerns such a party."""
    side = crm_side(EspoParty.from_api(party), Rules())
    return _texts(side.said, side.contacts)


def in_advoware(party: Row) -> dict[str, str]:
    """By the names of the flow's table, all of them: whether it is a company is said in EspoCRM."""
    rules = Rules()
    fields = [rules.field(each, company=False) for each in rules.fields]
    side = advoware_side(AdvowareParty.from_api(party), fields, rules)
    return _texts(side.said, side.contacts)


def _texts(said: Mapping[str, Said[str]], contacts: Contacts | None) -> dict[str, str]:
    entries = contacts.entries if contacts else Entries()
    there = " ".join(sorted({*entries.kinds, *entries.unreadable}))
    return {name: text_of(value) for name, value in said.items()} | {"contacts": there}


def _iban(text: str | None) -> str:
    return banks.iban(text or "") or text or ""
