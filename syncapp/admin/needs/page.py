"""The list of everything that needs a person, oldest and most pressing first."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit import export
from syncapp.admin.kit.addresses import said
from syncapp.admin.kit.filter_words import GIVEN_UP, MINE, NEEDS, NOBODYS, RESTING
from syncapp.admin.kit.filters import SinceFilter
from syncapp.admin.kit.needs import FORM, kinds
from syncapp.admin.kit.search import entity_types
from syncapp.admin.kit.views import page, viewer
from syncapp.admin.needs.held_back import held_back
from syncapp.admin.needs.listing import HEADS, Wanted, colleagues, listed, rows

GIVEN = ("kind", "person", "q", "of", "since", "state")
STATES = ((RESTING, gettext_lazy("put off")), (GIVEN_UP, gettext_lazy("given up")))


@viewer("needs", "needs/")
def needs(request: HttpRequest) -> HttpResponseBase:
    if not kinds(request.user):
        raise PermissionDenied
    wanted = Wanted.of(request.GET)
    given = {name: value for name in GIVEN if (value := said(request.GET, name))}
    if export.wanted(request):
        by = "&".join(f"{name}={value}" for name, value in sorted(given.items()) if name != "q")
        return export.as_file(request, NEEDS, HEADS, rows(wanted, request.user), by)
    number = request.GET.get("page", "")
    shown = listed(wanted, request.user, int(number) if number.isdecimal() and len(number) < 9 else 1)
    return page(
        request,
        "needs",
        _("What we need from you"),
        **filters(request, given),
        listed=shown,
        form=FORM,
        query=urlencode(given),
        filtered=bool(given),
        searched=[(*key, key[0] in entity_types()) for key in wanted.about],
        held=held_back(request.user) if request.user.has_perm("syncapp.view_stepswitch") else [],
    )


def filters(request: HttpRequest, given: dict[str, str]) -> dict[str, Any]:
    """The fields above the list, each as [(value, words)], and what is chosen in them."""
    own_day = given.get("since", "") if "-" in given.get("since", "") else ""
    return {
        "given": given,
        "own_day": own_day,
        "kinds": [(kind.name.value, kind.title) for kind in kinds(request.user)],
        "people": [(MINE, _("mine")), (NOBODYS, _("nobody's")), *((str(pk), name) for pk, name in colleagues())],
        "states": STATES,
        "moments": SinceFilter.options,
    }
