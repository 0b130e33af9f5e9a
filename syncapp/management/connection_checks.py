"""Can the hub reach its systems, and is everything there that it needs? One harmless call after the other.

Much of Advoware's API is not public, so the hub asks the firm's own and says what it found. Names of keys and numbers
only, never a value: every one of them belongs to a client.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, AdvowareParty, Matter, MatterFields
from syncapp.clients.google import GoogleCalendar
from syncapp.engine.outside import connections
from syncapp.flows.beteiligte.fields import Rules
from syncapp.management import crm_checks
from syncapp.management.findings import Finding, Said, ask, of_keys
from syncapp.models import SystemName

PARTY_KEYS = {
    "rowId": "changes are found by comparing all values",
    "geaendertAm": "a first comparison can't tell which side is newer",
    "kommunikation": "phone numbers and addresses of mail are not synced",
    "betNr": "",
}
APPOINTMENT_DAYS = timedelta(days=60)  # before and after today: enough to meet one, little enough at any hour
APPOINTMENT_FIELDS = (
    *("text", "datum", "uhrzeitVon", "datumBis", "uhrzeitBis", "ort", "notiz", "sb", "anwalt", "privat"),
    *("abwesenheit", "dauertermin", "turnus", "turnusArt"),
)
VERSIONS = ("rowId", "geaendertAm")


def all_systems() -> Iterator[Finding]:
    more = {SystemName.ESPOCRM: crm_checks.findings, SystemName.ADVOWARE: _advoware, SystemName.GOOGLE: _google}
    for name in SystemName:
        if not connections.configured(name):
            yield Finding(name, "settings", "not configured, its flows are switched off", None)
        elif (yield from ask(name, "answers and knows our key", partial(connections.ping, name))) and name in more:
            yield from more[name]()


def _advoware() -> Iterator[Finding]:
    name, client = SystemName.ADVOWARE, connections.advoware()
    yield from _matters(client)
    if settings.CONFIG.ADVOWARE_PARTIES_LIST == "single":
        yield Finding(name, "list of parties", "switched off by ADVOWARE_PARTIES_LIST, so no party was looked at", None)
    else:
        hint = "; if it can't be read at all, set ADVOWARE_PARTIES_LIST=single"
        first = yield from ask(name, "list of parties", partial(_first, client), _not_empty, hint)
        for party in first:
            if party is not None:
                yield from _one_party(client, party.number)
    yield from _appointments(client)


def _matters(client: AdvowareClient) -> Iterator[Finding]:
    """Of the first Akte the keys are shown whatever they are: which of them the settings mean is for a person."""
    name, names = SystemName.ADVOWARE, MatterFields(**settings.CONFIG.ADVOWARE_MATTER_FIELDS)

    def judge(raw: Mapping[str, object]) -> Said:
        return ("ok", True) if raw else ("is empty, so no Akte was looked at", None)

    found = yield from ask(name, "matters (Akten)", client.matters_answer, judge)
    for raw in [raw for raw in found if raw]:
        hint = "; names are set by ADVOWARE_MATTER_FIELDS"
        read = yield from ask(name, "its number and Aktenzeichen", partial(Matter.from_api, raw, names), hint=hint)
        yield from of_keys(name, "keys of an Akte", raw, (names.id, names.reference), {}, hint)
        for matter in read:
            hint = "; where only the list can be read, nothing is to be done"
            yield from ask(name, "one Akte by its number", partial(client.matter, matter.id), hint=hint)


def _first(client: AdvowareClient) -> AdvowareParty | None:
    """The rest of the list is left unread."""
    with closing(client.parties()) as parties:
        return next(parties, None)


def _not_empty(party: AdvowareParty | None) -> Said:
    return ("ok", True) if party else ("is empty, so no party was looked at", None)


def _one_party(client: AdvowareClient, number: int) -> Iterator[Finding]:
    name = SystemName.ADVOWARE
    synced = [field.advoware for field in Rules.of_settings(settings.CONFIG).synced]
    found = yield from ask(name, "one party", partial(client.party, number))
    for party in found:
        hint = " (is the name another one at your Advoware?)"
        yield from of_keys(name, "keys of a party", party.raw, synced, PARTY_KEYS, hint)
    yield from ask(name, "its bank accounts", partial(client.bank_accounts, number))


def _appointments(client: AdvowareClient) -> Iterator[Finding]:
    """Of the employee whose login it is, and the keys of one of them."""
    name, what, today = SystemName.ADVOWARE, "keys of an appointment", timezone.localdate()
    window = (today - APPOINTMENT_DAYS, today + APPOINTMENT_DAYS)
    question = partial(client.appointments, settings.CONFIG.ADVOWARE_USER, *window)
    found = yield from ask(name, "appointments (Termine)", question, lambda rows: (f"ok, {len(rows)} found", True))
    for appointment in [row for rows in found for row in rows[:1]]:
        yield from ask(name, "one appointment by its number", partial(client.appointment, appointment.number))
        yield from of_keys(name, what, appointment.raw, APPOINTMENT_FIELDS, dict.fromkeys((*VERSIONS, "frNr"), ""))
        if not {key.casefold() for key in VERSIONS} & {key.casefold() for key in appointment.raw}:
            words = "has neither rowId nor geaendertAm: changes are found by all values"
            yield Finding(name, what, words, None)


def _google() -> Iterator[Finding]:
    def judge(calendars: Sequence[GoogleCalendar]) -> Said:
        ours = sum(calendar.is_ours_to_write for calendar in calendars)
        return f"{len(calendars)}, of which {ours} may be written", True

    yield from ask(SystemName.GOOGLE, "calendars", connections.google().calendars, judge)
