"""Keys of the Advoware proxy: shown once, revoked by a button, calls in a list."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import ProxyCall, ProxyKey, StaffAction
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_records import press

KEYS, CALLS = "admin:syncapp_proxykey_changelist", "admin:syncapp_proxycall_changelist"


def make(client: Client, **given: Any) -> Any:
    return client.post(reverse("admin:hub_make_proxy_key"), {"name": "Time recording", "per_minute": "60", **given})


def called(**columns: Any) -> ProxyCall:
    given = {"at": timezone.now(), "method": "GET", "path": "api/v1/Akten", "status": 200, "trace_id": "trace-00000001"}
    return ProxyCall.objects.create(**given | columns)


def test_a_key_is_shown_once(care: Client) -> None:
    answer = make(care, may_write="write", prefixes="/api/v1/advonet/Termine/\n\nAkten\nAkten")
    secret = re.findall(r"bbl_[A-Za-z0-9_-]{43}", answer.content.decode())
    assert len(set(secret)) == 1
    assert "no-store" in answer.headers["Cache-Control"]
    row = ProxyKey.objects.get()
    assert ProxyKey.of(secret[0]) == row
    assert (row.may_write, row.prefixes, row.per_minute) == (True, ["advonet/Termine", "Akten"], 60)
    assert str(row.created_by) == "karl"
    for address in (reverse(KEYS), reverse("admin:syncapp_proxykey_change", args=[row.pk])):
        page = care.get(address).content.decode()
        assert row.start in page
        assert secret[0] not in page
    assert (StaffAction.objects.get().action, StaffAction.objects.get().detail) == ("make_proxy_key", row.name)
    assert secret[0] not in str(list(StaffAction.objects.values()))
    assert care.get(reverse("admin:hub_make_proxy_key")).status_code == 200


def test_a_key_reads_only_unless_said_otherwise(care: Client) -> None:
    make(care)
    row = ProxyKey.objects.get()
    assert (row.may_write, row.prefixes) == (False, [])


def test_loading_the_page_of_a_new_key_again_makes_no_second_one(care: Client) -> None:
    make(care)
    answer = make(care, name="TIME recording")
    assert "There is a valid key of this name" in answer.content.decode()
    assert ProxyKey.objects.count() == 1
    ProxyKey.objects.update(revoked_at=timezone.now())
    make(care)
    assert ProxyKey.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "uses_proxy", "may_write", "hub"),
    [
        ({}, True, False, ""),
        ({"may_write": "write", "hub": "read"}, True, True, "read"),
        ({"may_write": "nothing", "hub": "act"}, False, False, "act"),
    ],
)
def test_a_key_has_the_rights_that_were_chosen(
    given: dict[str, str], uses_proxy: bool, may_write: bool, hub: str, care: Client
) -> None:
    answer = make(care, **given)
    row = ProxyKey.objects.get()
    assert (row.uses_proxy, row.may_write, row.hub) == (uses_proxy, may_write, hub)
    example = "/advoware/proxy?endpoint" if uses_proxy else "/api/v1/open"
    assert example in answer.content.decode()
    for address in (reverse(KEYS), reverse("admin:syncapp_proxykey_change", args=[row.pk])):
        assert row.get_hub_display() in care.get(address).content.decode()


def test_a_key_that_could_do_nothing_is_not_made(care: Client) -> None:
    assert "This key could do nothing at all" in make(care, may_write="nothing").content.decode()
    assert not ProxyKey.objects.exists()


@pytest.mark.parametrize("path", ["../x", "a//b", "a/./b", "a/..", "http://x", "a\\b", "a?b", "a%2fb", "a@b", "a#b"])
def test_paths_that_are_none(path: str, care: Client) -> None:
    assert "A path has letters" in make(care, prefixes=path).content.decode()
    assert not ProxyKey.objects.exists()


@pytest.mark.parametrize(
    "given", [{"name": ""}, {"per_minute": "0"}, {"per_minute": "x"}, {"may_write": "x"}, {"hub": "x"}]
)
def test_a_form_with_faults_makes_nothing(given: dict[str, str], care: Client) -> None:
    assert make(care, **given).status_code == 200
    assert not ProxyKey.objects.exists()


def test_revoking(care: Client) -> None:
    row, _secret = ProxyKey.issue("Time recording")
    assert "Revoked." in press(care, "revoke_proxy_key", row.pk)
    assert "revoked already" in press(care, "revoke_proxy_key", row.pk)
    row.refresh_from_db()
    assert row.revoked_at is not None
    assert list(StaffAction.objects.order_by("pk").values_list("count", flat=True)) == [1, 0]
    assert care.post(reverse("admin:hub_revoke_proxy_key", args=[0])).status_code == 404


def test_calls_are_listed_and_filtered(care: Client) -> None:
    row, _secret = ProxyKey.issue("Time recording")
    good, stranger = called(key=row), called(status=401, refusal="unknown_key", path="")
    theirs, dead, cut = called(key=row, status=404), called(status=0, key=row), called(key=row, refusal="hung_up")
    odd = called(status=400, refusal="a word of an older version")
    for query, found in (
        ({}, {good, stranger, theirs, dead, cut, odd}),
        ({"outcome": "passed"}, {good}),
        ({"outcome": "their_error"}, {theirs}),
        ({"outcome": "refused"}, {stranger, cut, odd}),
        ({"outcome": "unfinished"}, {dead}),
        ({"outcome": "nonsense"}, {good, stranger, theirs, dead, cut, odd}),
        ({"key": "none"}, {stranger, odd}),
        ({"key": str(row.pk), "method": "GET", "since": "1"}, {good, theirs, dead, cut}),
        ({"since": "nonsense", "method": "POST"}, set()),
    ):
        answer = care.get(reverse(CALLS), query)
        assert set(answer.context["cl"].result_list) == found, query
    page = care.get(reverse(CALLS)).content.decode()
    assert "unknown key" in page
    assert "not finished" in page
    assert "a word of an older version" in page


def test_valid_and_revoked_keys(care: Client) -> None:
    valid, revoked = ProxyKey.issue("A")[0], ProxyKey.issue("B", revoked_at=timezone.now())[0]
    for state, found in (("valid", [valid]), ("revoked", [revoked])):
        assert list(care.get(reverse(KEYS), {"state": state}).context["cl"].result_list) == found


def test_staff_see_nothing_of_it(staff: Client, login: Login) -> None:
    row = ProxyKey.issue("A")[0]
    for address in (
        reverse(KEYS),
        reverse(CALLS),
        reverse("admin:hub_make_proxy_key"),
        reverse("admin:syncapp_proxykey_change", args=[row.pk]),
    ):
        assert staff.get(address).status_code == 403, address
    assert make(staff).status_code == 403
    assert "proxykey" not in staff.get("/admin/").content.decode()
    assert "proxykey" in login("karl", rows.CARE).get("/admin/").content.decode()


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_answers(language: str, care: Client) -> None:
    row = ProxyKey.issue("A", prefixes=["Akten"])[0]
    called(key=row)
    for address in (
        reverse(KEYS),
        reverse(CALLS),
        reverse("admin:hub_make_proxy_key"),
        reverse("admin:syncapp_proxykey_change", args=[row.pk]),
    ):
        assert care.get(address, headers={"accept-language": language}).status_code == 200


def test_lists_cost_the_same_for_many(care: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        called(key=ProxyKey.issue(f"Program {number}")[0])
    for address in (reverse(KEYS), reverse(CALLS)):
        with django_assert_max_num_queries(25):
            assert care.get(address).status_code == 200
