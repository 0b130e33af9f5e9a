"""Every address of the hub: behind the login, open to everybody and named here, or a door that brakes strangers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from syncapp.api import metrics
from syncapp.kit import brakes
from syncapp.proxy import quota
from syncapp.webhooks import google, views
from tests.world import configured

pytestmark = pytest.mark.django_db
MINUTE = 6_000_000.0  # all of a test in one
BURST = 30

OPEN = {
    "/": "leads to the login",
    "/admin/login/": "has locks of its own (test_login_locks.py)",
    "/admin/language/": "only the language",
    "/admin/logout/": "whoever is not logged in is only sent to the start",
    "/health/live": "numbers and states; no credentials, so none to guess",
    "/health/ready": "the same",
    "/api/schema/": "sessions only, of which nobody guesses one",
}
CREDENTIALS = {
    "Authorization": "Bearer of-somebody-else",
    "Signature": "c29tZWJvZHk=",
    "X-Api-Key": "of-somebody-else",
    "X-Goog-Channel-ID": "hub-" + "7" * 32,
    "X-Goog-Channel-Token": "of-somebody-else",
    "X-Goog-Resource-ID": "r",
    "X-Goog-Resource-State": "exists",
}
DOORS = (views.strangers, google.strangers, quota.strangers, metrics.strangers)


def addresses(patterns: list[Any], start: str = "/") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, start + filled(pattern))
        elif isinstance(pattern, URLPattern):
            yield start + filled(pattern)


def filled(pattern: URLPattern | URLResolver) -> str:
    """With a value for each parameter that its kind takes; of expressions only what begins them."""
    text = str(pattern.pattern)
    if text.startswith("^"):
        return text.strip("^$").partition("(")[0]
    while "<" in text:
        before, _, rest = text.partition("<")
        text = f"{before}1{rest.partition('>')[2]}"
    return text


def ask(path: str, method: str, address: str = "198.51.100.7", **headers: str) -> Any:
    call = getattr(Client(headers={**CREDENTIALS, **headers}), method)
    body = {"data": b"[]", "content_type": "application/json"} if method == "post" else {}
    return call(path, REMOTE_ADDR=address, **body)


def behind_the_login(path: str) -> bool:
    answers = [ask(path, method) for method in ("get", "post")]
    return all(each.status_code == 302 and each["Location"].startswith("/admin/login/") for each in answers)


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(brakes.time, "time", lambda: MINUTE)
    with configured(METRICS_TOKEN="m" * 40):
        yield


def doors() -> list[str]:
    found = set(addresses(get_resolver().url_patterns))
    assert found >= {"/vmh/webhook/document/update", "/google/calendar/push", "/advoware/proxy", "/metrics"}
    return sorted(path for path in found - set(OPEN) if not behind_the_login(path))


def test_every_door_brakes_who_has_no_right() -> None:
    """One that is new and has no brake is found here; so is one that is open and not named."""
    found = doors()
    assert "/google/calendar/push" in found
    for path in found:
        for brake in DOORS:
            brake.forget()
        told = []
        for method in ("post", "get"):
            told = [ask(path, method).status_code for _ in range(BURST + 2)]
            if told[0] != 405:
                break
        assert set(told[:BURST]) <= {401, 404}, path
        assert told[BURST:] == [429, 429], f"{path} has no brake, and is neither open nor behind the login"
        assert ask(path, method, "198.51.100.8").status_code == told[0], "nobody else is braked"
        assert int(ask(path, method)["Retry-After"]) <= brakes.MINUTE


def test_what_is_open_exists() -> None:
    assert set(OPEN) <= set(addresses(get_resolver().url_patterns))


def test_metrics_are_told_from_a_braked_address_too() -> None:
    for _ in range(BURST + 5):
        ask("/metrics", "get")
    assert ask("/metrics", "get").status_code == 429
    assert ask("/metrics", "get", Authorization="Bearer " + "m" * 40).status_code == 200
    assert ask("/metrics", "get").status_code == 401, "a mistake of somebody who is known"


def test_the_login_brakes_too() -> None:
    told = [
        Client().post(reverse("admin:login"), {"username": f"u{n}", "password": "x"}, REMOTE_ADDR="198.51.100.7")
        for n in range(25)
    ]
    assert (told[0].status_code, told[-1].status_code) == (200, 429)
