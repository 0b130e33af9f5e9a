"""Can the hub reach its systems, and is everything there that it needs? One harmless call after the other.

Much of Advoware's API is not public, so the hub asks the firm's own and says what it found. Names of keys and numbers
only, never a value: every one of them belongs to a client.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, AdvowareParty
from syncapp.clients.espocrm import FIELDS, EntityMeta, EspoClient
from syncapp.clients.google import GoogleCalendar
from syncapp.engine.outside import connections
from syncapp.flows.beteiligte.fields import Rules
from syncapp.flows.beteiligte.state import Shown
from syncapp.flows.documents.mapping import CrmStatus
from syncapp.management.crm_fields import Needs, of_parties
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
# The words for a state that flows write, by entity type and field.
STATES: Mapping[str, Mapping[str, Sequence[str]]] = {
    FIELDS.document_entity: {
        FIELDS.xai_status: tuple(map(str, CrmStatus)),
        FIELDS.sync_status: ("clean", "failed"),
        FIELDS.file_status: ("synced",),
    },
    FIELDS.party_entity: {FIELDS.sync_status: tuple(map(str, Shown))},
    FIELDS.bank_entity: {FIELDS.sync_status: ("clean", "unclean", "failed")},
}
VERSIONS = ("rowId", "geaendertAm")
MAY_WRITE = ("owner", "writer")  # roles in a calendar of Google


def all_systems() -> Iterator[Finding]:
    more = {SystemName.ESPOCRM: _crm, SystemName.ADVOWARE: _advoware, SystemName.GOOGLE: _google}
    for name in SystemName:
        if not connections.configured(name):
            yield Finding(name, "settings", "not configured, its flows are switched off", None)
        elif (yield from ask(name, "answers and knows our key", partial(connections.ping, name))) and name in more:
            yield from more[name]()


def _crm() -> Iterator[Finding]:
    crm = connections.espocrm()
    EspoClient.metadata_cache.clear()
    name = FIELDS.document_entity
    documents = yield from _entity(crm, Needs(name, FIELDS.document_required, FIELDS.optional(name)))
    linked = {link.entity_type for meta in documents for link in meta.links.values()}
    for entity_type in settings.CONFIG.COLLECTION_ENTITIES:
        parents = yield from _entity(crm, Needs(entity_type, (FIELDS.collection_id,), FIELDS.optional(entity_type)))
        if documents and parents and entity_type not in linked:
            words = f"{name} has no link to it: its documents can't be found"
            yield Finding(SystemName.ESPOCRM, entity_type, words, False)
    if connections.configured(SystemName.ADVOWARE):
        for needs in of_parties():
            yield from _entity(crm, needs)
    yield from ask(SystemName.ESPOCRM, "webhooks can be read", crm.webhooks)


def _entity(crm: EspoClient, needs: Needs) -> Generator[Finding, None, Sequence[EntityMeta]]:
    def judge(meta: EntityMeta) -> Said:
        lacking = [name for name in needs.required if name not in meta.fields]
        return (f"lacks the fields {_there(name, lacking)}", False) if lacking else ("has what is needed", True)

    name = needs.entity_type
    found = yield from ask(SystemName.ESPOCRM, name, partial(crm.metadata, name), judge)
    for meta in found:
        if lacking := [field for field in needs.optional if field not in meta.fields]:
            yield Finding(SystemName.ESPOCRM, name, f"lacks {_there(name, lacking)}: not needed, not written", None)
        for field, words in STATES.get(name, {}).items():
            sent = ((word, crm.sent(name, {field: word})) for word in words)
            if unknown := [word for word, kept in sent if not kept]:
                words_of = f"{field} has no option for {', '.join(unknown)}: not written, see ESPOCRM_STATUS_VALUES"
                yield Finding(SystemName.ESPOCRM, name, words_of, None)
    return found


def _there(entity_type: str, names: Sequence[str]) -> str:
    """Fields as the CRM calls them, with the hub's name where it is another one."""
    theirs = {name: settings.CONFIG.espocrm_names.attribute(entity_type, name) for name in names}
    return ", ".join(new if new == name else f"{new} ({entity_type}.{name})" for name, new in theirs.items())


def _advoware() -> Iterator[Finding]:
    name, client = SystemName.ADVOWARE, connections.advoware()
    yield from ask(name, "matters (Akten)", client.matters_answer)
    if settings.CONFIG.ADVOWARE_PARTIES_LIST == "single":
        yield Finding(name, "list of parties", "switched off by ADVOWARE_PARTIES_LIST, so no party was looked at", None)
    else:
        hint = "; if it can't be read at all, set ADVOWARE_PARTIES_LIST=single"
        first = yield from ask(name, "list of parties", partial(_first, client), _not_empty, hint)
        for party in first:
            if party is not None:
                yield from _one_party(client, party.number)
    yield from _appointments(client)


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
        ours = sum(calendar.role in MAY_WRITE for calendar in calendars)
        return f"{len(calendars)}, of which {ours} may be written", True

    yield from ask(SystemName.GOOGLE, "calendars", connections.google().calendars, judge)
