"""What the CRM links an entity with: its cases, parties, accounts, documents; asked when somebody looks at its page.

The hub's own references know what it has carried over; a case's party, for one, only the CRM knows.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from syncapp.admin.kit.needs import of_entities
from syncapp.admin.kit.search import entity_types
from syncapp.admin.kit.views import part, viewer
from syncapp.clients.errors import ClientError, Forbidden, NotFound, Rejected
from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.fields import ID, NAME
from syncapp.clients.espocrm.rest import path_of
from syncapp.engine.outside import connections, outages
from syncapp.events import registry
from syncapp.models import Record, SystemName

SHOWN = 15  # behind a link
SECONDS = 5.0  # for all of them


@dataclass(slots=True)
class Linked:
    entity_type: str
    entity_id: str
    name: str
    record: Record | None = None


@viewer("linked", "record/<int:pk>/linked/", "syncapp.view_record")
def linked(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Record, pk=pk)
    found: list[Linked] = []
    more, why = False, ""
    if record.entity_type in of_the_crm() and connections.configured(SystemName.ESPOCRM):
        if outages.obstacle([SystemName.ESPOCRM]):
            why = _("EspoCRM can't be asked at the moment.")
        else:
            more, why = _ask(record, found)
    _fill(found)
    return part(request, "linked", linked=found, more=more, why=why)


def of_the_crm() -> set[str]:
    return set(entity_types()) - set(registry.own_types())


def _ask(record: Record, found: list[Linked]) -> tuple[bool, str]:
    """Whether there are more than are shown, and why not all could be asked for."""
    client, more, kinds = connections.espocrm(hurried=True, total=SECONDS), False, of_the_crm()
    try:
        links = client.metadata(record.entity_type).links
        for name, link in sorted(links.items()):
            if link.entity_type in kinds:
                more |= _behind(client, record, name, link.entity_type, found)
    except NotFound:
        return False, _("EspoCRM has no such entity any more.")
    except ClientError:
        return more, _("EspoCRM can't be asked at the moment.")
    return more, ""


def _behind(client: EspoClient, record: Record, link: str, kind: str, found: list[Linked]) -> bool:
    try:
        path = path_of(record.entity_type, record.entity_id, link)
        rows = client.page(path, (ID, NAME), ID, of=kind, most=SHOWN + 1)
    except (Forbidden, Rejected):  # a link that the hub's role may not follow, or that leads to one only
        return False
    for row in rows[:SHOWN]:
        name = str(row.get(NAME) or "") if settings.CONFIG.SHOW_NAMES else ""
        found.append(Linked(kind, str(row.get(ID)), name))
    return len(rows) > SHOWN


def _fill(found: list[Linked]) -> None:
    wanted = of_entities([(each.entity_type, each.entity_id) for each in found])
    records = {(row.entity_type, row.entity_id): row for row in Record.objects.filter(wanted).order_by("-pk")}
    for each in found:
        each.record = records.get((each.entity_type, each.entity_id))
