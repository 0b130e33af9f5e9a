"""Names in the list of what needs a person: the words become ids at the door, so that no address holds a name."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.kit.needs import kinds
from syncapp.admin.kit.views import button
from syncapp.admin.needs.listing import address_of
from syncapp.admin.needs.page import GIVEN
from syncapp.admin.search.cards import Found
from syncapp.admin.search.classify import classify, plain
from syncapp.admin.search.page import searched

TRACE = "trace"


@button("search_needs", "needs/search/", "syncapp.view_record")
def search_needs(request: HttpRequest) -> HttpResponse:
    query = QueryDict(request.POST.get("query", ""))
    given = {name: query[name] for name in GIVEN if query.get(name)}
    kept = {name: str(value) for name, value in given.items() if name not in ("q", "of")}
    words = plain(request.POST.get("words", ""))
    if not words:
        return _to(kept)
    if any(kind.found(kind.rows(), words).exists() for kind in kinds(request.user)):
        return _to(kept | {"q": words})
    answer = searched(request, classify(words))
    if not isinstance(answer, Found):
        messages.info(request, answer)
        return _to(kept)
    for remark in answer.remarks:
        messages.warning(request, f"{remark.system} {remark.words}")
    of = address_of(key for key in answer.cards if key[0] != TRACE)
    if not of:
        messages.info(request, _("Nothing of that was found."))
    return _to(kept | ({"of": of} if of else {}))


def _to(query: dict[str, str]) -> HttpResponse:
    page = reverse("admin:hub_needs")
    return HttpResponseRedirect(f"{page}?{urlencode(query, safe='/,')}" if query else page)
