from __future__ import annotations

import pytest
from django.core.management import CommandError

from syncapp.clients.espocrm import Webhook
from syncapp.management.webhook_registration import Wanted, checked_base, checked_earlier, compare

A = Wanted("CDokumente.create", "https://hub.example.org/vmh/webhook/document/create")
B = Wanted("CDokumente.update", "https://hub.example.org/vmh/webhook/document/update")


def hook(id: str, wanted: Wanted, **more: bool) -> Webhook:
    return Webhook(id, wanted.event, wanted.url, "secret", **more)


def test_nothing_is_there() -> None:
    assert compare([A, B], []).missing == (A, B)


def test_what_is_there_is_recognised_by_event_and_address() -> None:
    elsewhere = hook("3", Wanted(B.event, "https://other.example.org/x"))
    found = compare([A, B], [hook("1", A), elsewhere])
    assert found.there[A].id == "1"
    assert found.missing == (B,)
    assert found.foreign == (elsewhere,)


def test_doubles_are_found_and_the_active_one_counts() -> None:
    found = compare([A], [hook("1", A, active=False), hook("2", A)])
    assert found.there[A].id == "2"
    assert [each.id for each in found.doubles] == ["1"]


@pytest.mark.parametrize("url", ["https://hub.example.org", "https://hub.example.org/", "https://hub.example.org/sub/"])
def test_good_addresses(url: str) -> None:
    assert checked_base(url, allow_http=False) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "hub.example.org",
        "ftp://x",
        "https://",
        "https://u:p@x",
        "https://x/?a=1",
        "https://x/#a",
        "http://x",
        "https://[::1",
        "https://x:99999",
    ],
)
def test_bad_addresses(url: str) -> None:
    with pytest.raises(CommandError, match=r"^--base-url: it must "):
        checked_base(url, allow_http=False)


def test_http_only_when_it_is_allowed() -> None:
    assert checked_base("http://hub:8000", allow_http=True) == "http://hub:8000"


@pytest.mark.parametrize("url", ["https://", "https:", "http:///", "https:///x", "old.example.org", "https://[::1"])
def test_an_earlier_hub_without_a_host_is_not_everybody(url: str) -> None:
    """`--replace https://$OLD` with nothing in $OLD would switch off the webhooks of all other programs."""
    with pytest.raises(CommandError, match=r"^--replace: it must "):
        checked_earlier(url)


def test_an_earlier_hub_is_known_by_its_address() -> None:
    assert checked_earlier("http://old:8000/api/") == "http://old:8000/api"
    assert checked_earlier("") == ""
