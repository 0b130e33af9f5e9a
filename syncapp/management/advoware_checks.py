"""What the firm's Advoware really answers: much of its API is not public, so the hub asks and says what it found.

Names of keys only, never a value: every one of them belongs to a client.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial

from django.conf import settings

from syncapp.clients.advoware import AdvowareClient, AdvowareParty, PartyStamp
from syncapp.clients.errors import ClientError
from syncapp.engine.outside import connections
from syncapp.flows.beteiligte.fields import Rules
from syncapp.management.findings import Finding, timed, timing
from syncapp.models import SystemName

NEEDED = ("rowId", "geaendertAm", "kommunikation")
NAME = SystemName.ADVOWARE


def advoware_findings() -> Iterator[Finding]:
    """After a successful ping: each resource, and the keys of one real party."""
    client = connections.advoware()
    yield timed(NAME, "matters (Akten)", client.matters_answer)
    if settings.CONFIG.ADVOWARE_PARTIES_LIST == "single":
        yield Finding(NAME, "list of parties", "switched off by ADVOWARE_PARTIES_LIST, so no party was looked at", None)
        return
    number = yield from _first_of_the_list(client)
    if number is not None:
        yield from _one_party(client, number)


def _first_of_the_list(client: AdvowareClient) -> Generator[Finding, None, int | None]:
    with timing() as took:
        try:
            stamp = _first(client)
        except ClientError as exc:
            words = f"{exc}; if it can't be read at all, set ADVOWARE_PARTIES_LIST=single"
            yield Finding(NAME, "list of parties", words, False, took())
            return None
    if stamp is None:
        yield Finding(NAME, "list of parties", "is empty, so no party was looked at", None, took())
        return None
    yield Finding(NAME, "list of parties", "ok", True, took())
    return stamp.number


def _first(client: AdvowareClient) -> PartyStamp | None:
    """The rest of the list is left unread."""
    parties = client.parties()
    try:
        return next(parties, None)
    finally:
        parties.close()


def _one_party(client: AdvowareClient, number: int) -> Iterator[Finding]:
    found: list[AdvowareParty] = []
    yield timed(NAME, "one party", _kept(partial(client.party, number), found))
    for party in found:
        yield from _keys(party)
    yield timed(NAME, "its bank accounts", partial(client.bank_accounts, number))


def _kept(ask: Callable[[], AdvowareParty], into: list[AdvowareParty]) -> Callable[[], None]:
    return lambda: into.append(ask())


def _keys(party: AdvowareParty) -> Iterator[Finding]:
    present = {key.casefold() for key in party.raw}
    wanted = [field.advoware for field in Rules.of_settings(settings.CONFIG).synced]
    if lacking := [name for name in wanted if name.casefold() not in present]:
        words = f"lacks {', '.join(lacking)}: these are not synced (is the name another one at your Advoware?)"
        yield Finding(NAME, "keys of a party", words, None)
    else:
        yield Finding(NAME, "keys of a party", "has all that are synced", True)
    for name in NEEDED:
        if name.casefold() not in present:
            yield Finding(NAME, "keys of a party", f"lacks {name}: {_MEANING[name]}", None)
    known = {name.casefold() for name in (*wanted, *NEEDED, "betNr")}
    if others := sorted(key for key in party.raw if key.casefold() not in known):
        yield Finding(NAME, "keys of a party", f"also has {', '.join(others)}: kept as they are", None)


_MEANING = {
    "rowId": "changes are found by comparing all values",
    "geaendertAm": "a first comparison can't tell which side is newer",
    "kommunikation": "phone numbers and addresses of mail are not synced",
}
