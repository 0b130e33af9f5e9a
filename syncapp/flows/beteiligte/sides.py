"""Both sides of a party as they were answered, and what they say in canonical form. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syncapp.clients.advoware import AdvowareParty
from syncapp.clients.espocrm import FIELDS, EspoParty
from syncapp.flows.beteiligte.contacts import Contacts, Entry, entries_of, of_advoware, of_crm
from syncapp.flows.beteiligte.fields import Rules
from syncapp.flows.lens.core import EMPTY, CantHold, Raw, Said, Value, changes
from syncapp.flows.lens.declaration import Field, Side

SAME_SECOND = timedelta(seconds=2)  # EspoCRM's times are whole seconds, and clocks differ a little
PartyFields = tuple[Field[Raw, Raw, str], ...]
NOBODY = AdvowareParty(0, "", None, (), {"kommunikation": []})  # of whom nothing is known yet


@dataclass(frozen=True, slots=True)
class CrmSide:
    """The party in EspoCRM. `fields`: those of the table that it has; `foreign`: those of the other kind of party.
    `contacts` None: it did not tell. `shown` holds its bookkeeping fields, those only that the CRM has."""

    party: EspoParty = field(repr=False)
    company: bool
    fields: PartyFields
    foreign: PartyFields
    said: Mapping[str, Said[str]] = field(repr=False)
    contacts: Contacts | None = field(repr=False)
    shown: Mapping[str, object]

    @property
    def number(self) -> int | None:
        return self.party.number

    def stamp(self, now: datetime) -> str:
        """How the CRM dates this state of the record; "" while it may still change within the same second."""
        modified_at = self.party.modified_at
        if modified_at is None or now - modified_at < SAME_SECOND:
            return ""
        return modified_at.astimezone(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class AdvowareSide:
    """`contacts` None: it did not tell."""

    party: AdvowareParty = field(repr=False)
    said: Mapping[str, Said[str]] = field(repr=False)
    contacts: Contacts | None = field(repr=False)
    entries: tuple[Entry, ...]

    @property
    def number(self) -> int:
        return self.party.number


def crm_side(party: EspoParty, rules: Rules) -> CrmSide:
    # By its lens: of signs that nobody sees no person becomes a company.
    named = [each for each in rules.fields if each.crm_company]
    company = any(rules.field(each, company=True).here.get(party.raw) is not EMPTY for each in named)
    known = [each for each in rules.fields if each.advoware and each.crm_name(company) in party.raw]
    fields = tuple(rules.field(each, company) for each in known if each.concerns(company))
    foreign = tuple(rules.field(each, company) for each in known if not each.concerns(company))
    said = {each.name: each.here.get(party.raw) for each in fields}
    shown = {name: party.raw[name] for name in FIELDS.party_optional if name in party.raw}
    if FIELDS.sync_status in shown:
        shown["status"] = shown[FIELDS.sync_status] or ""
    return CrmSide(party, company, fields, foreign, said, of_crm(party, rules), shown)


def advoware_side(party: AdvowareParty, fields: Iterable[Field[Raw, Raw, str]], rules: Rules) -> AdvowareSide:
    entries = entries_of(party, rules)
    said = {each.name: each.there.get(party.raw) for each in fields}
    return AdvowareSide(party, said, of_advoware(party, entries, rules), entries)


def changed(
    fields: Iterable[Field[Raw, Raw, str]], side: Side, raw: Raw, targets: Mapping[str, Value[str]]
) -> dict[str, object]:
    """What to write so that the side says the values, each attribute by its own name."""
    after = raw
    for each in fields:
        if each.name in targets:
            put = each.lens(side).put(after, targets[each.name])
            if not isinstance(put, CantHold):  # else it has told before
                after = put
    return changes(raw, after)


def value_of(text: str) -> Value[str]:
    """What a canonical text of the journal stands for."""
    return text or EMPTY


def foreign_values(crm: CrmSide, advoware: AdvowareSide) -> Iterator[tuple[Field[Raw, Raw, str], Said[str], Said[str]]]:
    """What a side has though this kind of party has no such field, and the other side has otherwise."""
    for each in crm.foreign:
        ours, theirs = each.here.get(crm.party.raw), each.there.get(advoware.party.raw)
        if not each.agree(ours, theirs):
            yield each, ours, theirs
