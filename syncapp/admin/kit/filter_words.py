"""The filters of a list's address as the page calls them: *state: failed, since: the last 24 hours*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from syncapp.admin.kit.base import Choice
from syncapp.admin.kit.filters import DAY, SinceFilter, moment_of
from syncapp.models import NeedKind

# Of the list of what needs a person, which is no list of one table.
NEEDS = "needs"
MINE, NOBODYS = "me", "nobody"
OPEN, RESTING, GIVEN_UP = "", "resting", "given_up"


def filters_in_words(of: str, filters: str) -> str | None:
    """`of`: the name of the list's table. What the list doesn't have (any more) is shown as it is; None: no filters."""
    given = [pair for pair in parse_qsl(filters) if pair[0] not in (PAGE_VAR, SEARCH_VAR)]
    if not given and "=" not in filters:
        return None
    known = _of_needs() if of == NEEDS else _of_list(of)
    return ", ".join(_pair(known, name, value) for name, value in given)


Known = Mapping[str, tuple[object, Mapping[str, object]]]  # parameter: title, words of its values


def _pair(known: Known, name: str, value: str) -> str:
    title, words = known.get(name, (name, {}))
    if name == SinceFilter.parameter_name and DAY.fullmatch(value) and (day := moment_of(value)):
        return f"{capfirst(str(title))}: {date_format(timezone.localtime(day), 'SHORT_DATE_FORMAT')}"
    return f"{capfirst(str(title))}: {words.get(value, value)}"


def _of_list(name: str) -> Known:
    for model, model_admin in admin.site._registry.items():
        if model._meta.model_name == name:
            filters: Iterable[type[Choice]] = cast(Any, model_admin).list_filter
            return {str(each.parameter_name): (each.title, _values(each, model_admin)) for each in filters}
    return {}


def _values(declared: type[Choice], model_admin: Any) -> dict[str, object]:
    """What is chosen among hangs on no request."""
    offered = declared.lookups(cast(Any, declared), cast(Any, None), model_admin)
    return {str(value): words for value, words in offered}


def _of_needs() -> Known:
    people = {str(user.pk): user.get_full_name() or user.username for user in User.objects.filter(is_staff=True)}
    return {
        "kind": (_("Kind"), dict(NeedKind.choices)),
        "person": (_("Whose"), {MINE: _("mine"), NOBODYS: _("nobody's"), **people}),
        "since": (_("Since"), dict(SinceFilter.options)),
        "state": (_("Which"), {RESTING: _("put off"), GIVEN_UP: _("given up")}),
        "of": (_("What was found:"), {}),
    }
