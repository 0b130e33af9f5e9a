"""An address or a form that somebody typed, cut, kept for a year or made up gets a calm page: never an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from syncapp.admin.kit import views
from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.models import StaffAction
from tests.integration.admin import rows
from tests.integration.admin.addresses import FIELDS
from tests.integration.admin.addresses import address as address_of_button
from tests.integration.admin.conftest import Login
from tests.world import World

LISTS = sorted(
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model, declared in admin.site._registry.items()
    if isinstance(declared, ReadOnlyAdmin)
)
SUPERUSERS = ("/admin/auth/user/", "/admin/auth/group/")  # Django's own lists
PAGES = sorted(reverse(f"admin:hub_{name}") for name, (route, _view) in views.PAGES.items() if "<" not in route)
WITH_ARGUMENTS = sorted(
    f"/admin/hub/{route}".replace("<int:pk>", "9" * 40).replace("<str:trace_id>", "%00")
    for route, _view in views.PAGES.values()
    if "<" in route
)
OWN_PARAMETERS = ("page", "kind", "person", "period", "employee", "state", "status", "since", "q")

NUMBERS = ("0", "-1", "2", "99999999", "9" * 40, "1.5", "٣", "²", "\0")
WORDS = ("nonsense", "\0", "-1", "9" * 40, "%", "", "(", "0001-01-01", "²")
MOMENTS = ("9999", "99999", "2026-02-30", "9999-12-31", "0001-01-01", "2026-11-20T25:00", "yesterday", "\0")
SORTED = ("1", "-1", "-99", "a.b", "1.-2.3", "-", "\0")
UNKNOWN = ("nobody", "pk", "id__in", "record__nobody", "entity_id__regex", "changed_at__gte", "_popup", "all", "e")


def odd(filters: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """What is odd in one way is so in several at once, so that few requests try all of it."""
    for number, sort, moment in zip_longest(NUMBERS, SORTED, MOMENTS, fillvalue="1"):
        yield {"p": number, "page": number, "o": sort, "since": moment}
    for word in WORDS:
        yield dict.fromkeys(filters, word)
    yield {**dict.fromkeys(UNKNOWN, "("), "status": "failed"}
    yield {"p": "99", "status": "open", "_to_field": "nobody"}
    yield {"p": "99", "as": "csv"}


def filters_of(address: str) -> tuple[str, ...]:
    found = next(
        each for each in admin.site._registry.values() if f"/{each.opts.app_label}/{each.opts.model_name}/" in address
    )
    return ("q", *(each.parameter_name for each in found.list_filter))


@pytest.fixture
def made(db: None) -> dict[str, Any]:
    return rows.everything()


@pytest.fixture
def root(login: Login, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(ReadOnlyAdmin, "list_per_page", 1)  # so that few rows are many pages
    client = login("root", rows.CARE, rows.PRIVACY, is_superuser=True)
    client.raise_request_exception = False
    return client


def refused(client: Client, address: str, query: dict[str, str]) -> list[tuple[object, ...]]:
    answer = client.get(address, query, follow=True)
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return [] if answer.status_code == 200 else [(address, query, answer.status_code, answer.exc_info)]


@pytest.mark.parametrize("address", LISTS)
def test_no_address_of_a_list_is_an_error(address: str, root: Client) -> None:
    assert [bad for query in odd(filters_of(address)) for bad in refused(root, address, query)] == []


@pytest.mark.parametrize("address", PAGES)
def test_no_address_of_a_page_is_an_error(address: str, root: Client) -> None:
    asked = [dict.fromkeys(OWN_PARAMETERS, word) for word in ("0", "-1", "9" * 40, "²", "\0", "(", "0001-01-01")]
    assert [bad for query in asked for bad in refused(root, address, query)] == []


@pytest.mark.parametrize("of", [f"orphan/{'9' * 60}", "appointment/٣,/,x/", "orphan/²", "CDokumente/\0", "," * 2000])
def test_no_list_of_what_a_search_found_is_an_error(of: str, root: Client) -> None:
    assert [bad for more in ({}, {"as": "csv"}) for bad in refused(root, "/admin/hub/needs/", {"of": of} | more)] == []


@pytest.mark.parametrize("name", sorted(views.BUTTONS))
def test_nothing_that_a_form_says_is_an_error(name: str, root: Client, made: dict[str, Any], world: World) -> None:
    for word in ("\0", "x\0", "9" * 40, "²", "%", ""):
        form = dict.fromkeys(FIELDS, word) | {"query": f"q={quote(word)}&of=a/{quote(word)}&kind={quote(word)}"}
        for more in ({}, {"sure": "yes", "understood": "yes"}, {"all": "yes", "sure": "yes"}, {"choice-1": word}):
            answer = root.post(address_of_button(name, made), form | more)
            assert answer.status_code < 500, (word, more, answer.exc_info)


@pytest.mark.parametrize("name", [name for name in sorted(views.PAGES) if "<" not in views.PAGES[name][0]])
def test_nothing_that_a_page_is_told_is_an_error(name: str, root: Client) -> None:
    for word in ("\0", "x\0", "9" * 40, "²", "%", ""):
        answer = root.post(reverse(f"admin:hub_{name}"), dict.fromkeys(FIELDS, word))
        assert answer.status_code < 500, (word, answer.exc_info)


@pytest.mark.parametrize("address", SUPERUSERS)
def test_no_page_number_is_an_error_for_superusers(address: str, root: Client) -> None:
    asked = [dict.fromkeys(("p", "o", "q", "nobody", "is_staff__exact", "groups__id__exact"), each) for each in NUMBERS]
    assert [bad for query in asked for bad in refused(root, address, query)] == []


@pytest.mark.parametrize("address", [*LISTS, *SUPERUSERS])
def test_a_row_that_cannot_be_is_a_row_that_is_gone(address: str, root: Client) -> None:
    for pk in ("9" * 40, "-1", "nonsense", "_00", "_ff", "²"):
        assert root.get(f"{address}{pk}/change/", follow=True).status_code == 200, pk


@pytest.mark.parametrize("address", WITH_ARGUMENTS)
def test_a_page_about_what_cannot_be_is_no_failure(address: str, root: Client) -> None:
    assert root.get(address).status_code in (200, 302, 404)


@pytest.mark.parametrize("number", ["2", "99", "99999999"])
def test_a_page_beyond_the_end_of_the_failures_is_the_last_one(number: str, root: Client) -> None:
    address = reverse("admin:syncapp_record_changelist")
    last = root.get(address, {"status": "failed"}).context_data["cl"].paginator.num_pages
    assert last == 2
    shown = root.get(address, {"status": "failed", "p": number}).context_data["cl"]
    assert (shown.page_num, len(shown.result_list)) == (2, 1)


def test_only_what_a_list_offers_is_searched_by_an_address(root: Client) -> None:
    address = reverse("admin:syncapp_record_changelist")
    listed = root.get(address, {"status": "failed", "detail__startswith": "x", "o": "1"}).context_data["cl"]
    assert listed.result_count == 2
    assert "detail" not in listed.get_query_string()


def test_what_was_searched_for_stays_out_of_what_is_on_record(root: Client) -> None:
    asked = {"status": "failed", "q": "65f0", "nobody": "Müller", "as": "csv"}
    b"".join(root.get(reverse("admin:syncapp_record_changelist"), asked).streaming_content)
    assert StaffAction.objects.get(action="export_list").detail == "status=failed"


def test_a_nul_in_an_address_finds_nothing(root: Client) -> None:
    """PostgreSQL takes it nowhere."""
    routes = (route for route, _view in (*views.BUTTONS.values(), *views.PAGES.values()) if "<" in route)
    for route in sorted(routes):
        address = "/admin/hub/" + re.sub(r"<(str|path):\w+>", "a%00b", re.sub(r"<int:\w+>", "1", route))
        if "%00" in address:
            assert {root.get(address).status_code, root.post(address).status_code} <= {200, 302, 404, 405}, address
