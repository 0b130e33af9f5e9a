"""Looks in EspoCRM for a party of Advoware, before it is created there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncapp.clients.espocrm import FIELDS, EspoClient, EspoParty
from syncapp.clients.espocrm.fields import ID
from syncapp.clients.espocrm.rest import Where
from syncapp.flows.beteiligte.brought import is_company
from syncapp.flows.beteiligte.fields import FIRST_NAME, Rules
from syncapp.flows.beteiligte.journal import Write
from syncapp.flows.beteiligte.sides import AdvowareSide, crm_side
from syncapp.flows.lens.core import EMPTY, text_of
from syncapp.flows.lens.texts import line
from syncapp.models import JournalEntry, JournalState, Status, SystemName

MAIL = "emailAddress"
READ = 10  # of those who may be it: more names say no more


@dataclass(frozen=True, slots=True)
class Twins:
    """`bears`: id of who has the number. `surely`: the one without a number who has the name and a mail address or
    phone number, and nothing that contradicts. `perhaps`: ids of all without a number who have the name or an address.
    `others`: there are some who have the name or an address, and each of them has another number.
    """

    bears: str = ""
    surely: EspoParty | None = None
    perhaps: tuple[str, ...] = ()
    others: bool = False


def look_for(crm: EspoClient, there: AdvowareSide, rules: Rules) -> Twins:
    if bears := bearer(crm, there.number):
        return Twins(bears=bears)
    found = {pk for where in _asked(there, rules) for pk in _ids(crm, *where)}
    known = [crm.party(pk) for pk in sorted(found)[:READ]]
    free = [party for party in known if party.number is None and not party.deleted]  # another number is another party
    sure = free[0] if len(free) == 1 and len(found) <= READ and _is(free[0], there, rules) else None
    others = not free and 0 < len(found) <= READ
    return Twins(surely=sure, perhaps=tuple(party.id for party in free), others=others)


def bearer(crm: EspoClient, number: int) -> str:
    """Id of the party with this number, or ""."""
    return next(_ids(crm, ("equals", FIELDS.party_number, str(number))), "")


def being_created(there: AdvowareSide) -> bool:
    """Whether a party of EspoCRM with this name is on its way to Advoware: the answer is not there yet, or lost. One
    that has come to rest without it waits for a person, and who asks next has to ask one too."""
    name = _word(text_of(there.said.get("name")))
    begun = JournalEntry.objects.filter(
        system=SystemName.ADVOWARE,
        action=Write.CREATE,
        state__in=(JournalState.INTENDED, JournalState.LOST),
        record__status__in=(Status.WAITING, Status.RUNNING),
    )
    return any(_word(sent.get("name", ["", ""])[1]) == name for sent in begun.values_list("changes", flat=True))


def _ids(crm: EspoClient, *where: Where) -> Iterator[str]:
    return (str(row[ID]) for row in crm.rows(FIELDS.party_entity, (ID,), where))


def _asked(there: AdvowareSide, rules: Rules) -> Iterator[tuple[Where, ...]]:
    fields = {each.name: each for each in rules.fields}
    name, first = (text_of(there.said.get(each)) for each in ("name", FIRST_NAME))
    last = ("equals", fields["name"].crm, name)
    if first:
        yield (last, ("equals", fields[FIRST_NAME].crm, first))
    else:
        yield (last,)
        yield (("equals", fields["name"].crm_company, name),)
    contacts = there.contacts
    for key in sorted(contacts.entries.kinds) if contacts is not None else ():
        if "@" in key and contacts is not None:
            yield (("equals", MAIL, contacts.texts[key].lower()),)


def _is(party: EspoParty, there: AdvowareSide, rules: Rules) -> bool:
    here = crm_side(party, rules)
    pairs = {each.name: (here.said[each.name], each.there.get(there.party.raw)) for each in here.fields}
    if here.contacts is None or there.contacts is None or here.company != is_company(there.party, rules):
        return False
    shared = here.contacts.entries.kinds.keys() & there.contacts.entries.kinds.keys()
    named = all(ours == theirs for name, (ours, theirs) in pairs.items() if name in ("name", FIRST_NAME))
    contradicts = any(EMPTY not in pair and pair[0] != pair[1] for pair in pairs.values())
    return bool(shared) and named and not contradicts


def _word(text: str) -> str:
    return line(text).casefold()
