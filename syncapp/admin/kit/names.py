"""What people call an entity: asked when a page is looked at, after it has come, and kept in this process for minutes.

Names are in no table, no Redis, no log and no address: the page sends ids in a body, the answer is not cached.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from syncapp.admin.kit.search import entity_types
from syncapp.admin.kit.views import button
from syncapp.clients.errors import ClientError
from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import connections, outages
from syncapp.events import registry
from syncapp.models import CalendarEmployee, SystemName

KEPT_SECONDS = 300.0
MOST_KEPT = 20_000
MOST_ASKED = 500  # on a page; the rest keeps its ids
AT_ONCE = 100  # ids in one call: an address of 8,000 characters is too long for some servers

LONGEST_KEY = 200
ID = "id"

Key = tuple[str, str]  # entity type, id

_kept: dict[Key, tuple[float, str]] = {}


@button("names", "names/", "syncapp.view_record")
def names(request: HttpRequest) -> JsonResponse:
    """{"names": {"CDokumente/65f0…": name}, "why": words or ""}: why some are missing, for whoever wonders."""
    asked = map(_key, request.POST.getlist("of")[:MOST_ASKED])
    known, why = named([key for key in asked if key is not None])
    return JsonResponse({"names": {"/".join(key): name for key, name in known.items()}, "why": why})


def named(keys: Sequence[Key], client: EspoClient | None = None) -> tuple[dict[Key, str], str]:
    """The names that could be had, and why others could not; no names where they are switched off. `client`: whose
    patience is to be kept to."""
    if not settings.CONFIG.SHOW_NAMES:
        return {}, ""
    unknown: dict[str, list[str]] = {}
    for entity_type, entity_id in dict.fromkeys(keys):
        if _fresh((entity_type, entity_id)) is None:
            unknown.setdefault(entity_type, []).append(entity_id)
    reasons = [_ask(entity_type, ids, client) for entity_type, ids in unknown.items()]
    return {key: name for key in keys if (name := _fresh(key))}, next(filter(None, reasons), "")


def _ask(entity_type: str, ids: Sequence[str], client: EspoClient | None) -> str:
    """One call for each kind on the page (for each hundred of it); why not, where it can't be asked."""
    if entity_type in registry.own_types():
        _keep(entity_type, ids, dict(CalendarEmployee.objects.filter(pk__in=ids).values_list("pk", "name")))
    elif entity_type in entity_types() and connections.configured(SystemName.ESPOCRM):
        if outages.obstacle([SystemName.ESPOCRM]):
            return _("EspoCRM can't be asked for names at the moment.")
        try:
            client = client or connections.espocrm(hurried=True)
            for start in range(0, len(ids), AT_ONCE):
                some = ids[start : start + AT_ONCE]
                rows = client.rows(entity_type, (ID, "name"), [("in", ID, some)])
                _keep(entity_type, some, {str(row.get(ID)): str(row.get("name") or "") for row in rows})
        except ClientError:
            return _("EspoCRM can't be asked for names at the moment.")
    return ""


def _keep(entity_type: str, ids: Sequence[str], found: Mapping[str, str]) -> None:
    """One that is not there is kept as nameless, so that it is not asked for with each page."""
    if len(_kept) > MOST_KEPT:
        _kept.clear()
    until = time.monotonic() + KEPT_SECONDS
    for entity_id in ids:
        _kept[entity_type, entity_id] = until, found.get(entity_id, "")


def _fresh(key: Key) -> str | None:
    until, name = _kept.get(key, (0.0, ""))
    return name if time.monotonic() < until else None


def _key(text: str) -> Key | None:
    entity_type, slash, entity_id = text.partition("/")
    return (entity_type, entity_id) if slash and entity_id and len(text) < LONGEST_KEY else None


def forget() -> None:
    """What this process knows (tests)."""
    _kept.clear()
