"""What EspoCRM has of what was asked, now: one call for each entity type that the hub works on."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from syncapp.admin.kit import names
from syncapp.admin.kit.search import entity_types
from syncapp.admin.search.cards import Found
from syncapp.admin.search.classify import MOST_DIGITS, Asked
from syncapp.admin.search.questions import question
from syncapp.clients.errors import ClientError, EntityTypeUnknown, Forbidden, Rejected
from syncapp.clients.espocrm import FIELDS, EspoClient
from syncapp.clients.espocrm.fields import ID, NAME
from syncapp.engine.outside import connections, outages
from syncapp.events import registry
from syncapp.flows.akten.reading import names_of
from syncapp.models import SystemName
from syncapp.words.entity_words import kind_in_words

OF_A_KIND = 20  # rows that are shown
ASKED_FOR = 60  # rows: what only looks alike to the database is dropped
SECONDS = 5.0  # for all of it


def look(asked: Asked, found: Found) -> None:
    """Adds what EspoCRM has, with names where they may be shown, and the names of what is there already."""
    if not connections.configured(SystemName.ESPOCRM):
        return
    if obstacle := outages.obstacle([SystemName.ESPOCRM]):
        found.say(SystemName.ESPOCRM.label, _("is paused.") if obstacle.paused else _("does not answer at the moment."))
        return
    client = connections.espocrm(hurried=True, total=SECONDS)
    kinds = [kind for kind in entity_types() if kind not in registry.own_types()]
    system = SystemName.ESPOCRM.label
    for kind in sorted(kinds, key=lambda each: each != FIELDS.party_entity):
        try:
            _look_at(client, kind, asked, found)
        except (Forbidden, EntityTypeUnknown):
            found.say(system, _("does not let the hub look at: %(kind)s.") % {"kind": kind_in_words(kind)})
        except Rejected:
            found.say(system, _("did not understand what was asked about: %(kind)s.") % {"kind": kind_in_words(kind)})
        except ClientError:
            found.say(SystemName.ESPOCRM.label, _("does not answer at the moment."))
            return
    _name(found.cards, found, client)


def _look_at(client: EspoClient, kind: str, asked: Asked, found: Found) -> None:
    matters = names_of(kind) if kind in settings.CONFIG.MATTER_ENTITIES else None
    try:
        has = client.metadata(kind).fields
    except EntityTypeUnknown:  # whose metadata the hub may not see: its rows perhaps
        has = frozenset({NAME})
    asks = question(asked, has, (matters.id, matters.reference) if matters else ())
    if asks is None:
        return
    rows = client.page(kind, asks.select, NAME, [asks.where], most=ASKED_FOR)
    meant = [row for row in rows if asks.means(row)]
    found.more = found.more or len(meant) > OF_A_KIND or len(rows) == ASKED_FOR
    for row in meant[:OF_A_KIND]:
        card = found.card((kind, str(row.get(ID))), kind_in_words(kind))
        card.name = asks.name_of(row) if settings.CONFIG.SHOW_NAMES else ""
        if (number := str(row.get(FIELDS.party_number) or "")).isdecimal() and len(number) <= MOST_DIGITS:
            card.party = int(number)


def _name(keys: Iterable[tuple[str, str]], found: Found, client: EspoClient) -> None:
    nameless = [key for key in keys if not found.cards[key].name]
    named, why = names.named(nameless, client)
    for key, name in named.items():
        found.cards[key].name = name
    if why:
        found.say(SystemName.ESPOCRM.label, why)
