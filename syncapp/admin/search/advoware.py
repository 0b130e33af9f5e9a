"""What Advoware has of what was asked, now. It can be asked by numbers only: no search by words is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _

from syncapp.admin.search.cards import Card, Found, Place
from syncapp.admin.search.classify import Asked
from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.errors import ClientError, EntityTypeUnknown, NotFound, Rejected, UnexpectedAnswer
from syncapp.engine.outside import connections, outages
from syncapp.flows.beteiligte.fields import FIRST_NAME
from syncapp.models import CalendarLink, Reference, ReferenceKind, SystemName
from syncapp.words.entity_words import kind_in_words

SECONDS = 3.0  # for all of it
PARTIES = 5  # of those that EspoCRM found, that are looked for in Advoware too
ADVOWARE = SystemName.ADVOWARE


def look(asked: Asked, found: Found) -> None:
    """Adds what bears the number in Advoware, and whether the parties that were found are there."""
    parties = [(card, card.party) for card in found.cards.values() if card.party][:PARTIES]
    if not connections.configured(ADVOWARE) or (asked.number is None and not parties):
        return
    if obstacle := outages.obstacle([ADVOWARE]):
        found.say(ADVOWARE.label, _("is paused.") if obstacle.paused else _("does not answer at the moment."))
        return
    client = connections.advoware(hurried=True, total=SECONDS)
    questions: list[Callable[[], None]] = []
    if asked.number:
        questions.append(partial(_appointment, client, asked.number, found))
        if asked.number > 0:
            questions += [partial(each, client, asked.number, found) for each in (_party, _matter)]
    questions += [partial(_same_party, client, card, number) for card, number in parties]
    for ask in questions:
        try:
            ask()
        except (NotFound, EntityTypeUnknown, Rejected):
            continue  # it has nothing of that number
        except UnexpectedAnswer:
            found.say(ADVOWARE.label, _("answered something that the hub does not understand."))
        except ClientError:
            found.say(ADVOWARE.label, _("does not answer at the moment."))
            return


def _party(client: AdvowareClient, number: int, found: Found) -> None:
    party = client.party(number)
    row = Reference.objects.filter(system=ADVOWARE, kind=ReferenceKind.PARTY, remote_id=str(number)).first()
    key = (row.entity_type, row.entity_id) if row else ("Beteiligte", str(number))
    card = found.card(key, kind_in_words(key[0]))
    _there(card, party.text("name"), party.text(FIRST_NAME), number)


def _same_party(client: AdvowareClient, card: Card, number: int) -> None:
    try:
        party = client.party(number)
    except NotFound:
        card.at(Place(ADVOWARE.label, _("not there any more"), str(number)))
        return
    _there(card, party.text("name"), party.text(FIRST_NAME), number)


def _there(card: Card, name: str, first_name: str, number: int) -> None:
    there = ", ".join(filter(None, (name, first_name))) if settings.CONFIG.SHOW_NAMES else ""
    card.name = card.name or there
    card.party = None  # it is said here
    card.at(Place(ADVOWARE.label, there or _("party"), str(number)))


def _matter(client: AdvowareClient, number: int, found: Found) -> None:
    matter = client.matter(str(number))
    row = Reference.objects.filter(system=ADVOWARE, kind=ReferenceKind.MATTER, remote_id=matter.id).first()
    key = (row.entity_type, row.entity_id) if row else ("Akte", matter.id)
    card = found.card(key, kind_in_words(key[0]))
    card.at(Place(ADVOWARE.label, matter.reference or _("matter"), matter.id))


def _appointment(client: AdvowareClient, number: int, found: Found) -> None:
    if CalendarLink.objects.filter(number=number).exists():
        return  # its card is there
    appointment = client.appointment(number)
    card = found.card(("Termin", str(number)), _("Appointment"))
    card.name = appointment.text("text") if settings.CONFIG.SHOW_NAMES else ""
    card.at(Place(ADVOWARE.label, _("appointment"), str(number)))
