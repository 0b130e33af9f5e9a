"""EMAIL_URL: what it may be, what becomes of it, and that a fault is told in words without a value."""

from __future__ import annotations

import pytest

from bitbylaw.email_url import django_settings, parsed, sender


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "password", "tls", "ssl"),
    [
        ("smtp+tls://hub:p%40ss%2F1@mail.example.org", "mail.example.org", 587, "hub", "p@ss/1", True, False),
        ("smtps://hub%40example.org:x@mail.example.org/", "mail.example.org", 465, "hub@example.org", "x", False, True),
        ("smtp://mail.example.org:2525", "mail.example.org", 2525, "", "", False, False),
        ("smtp://hub:x@127.0.0.1:1025", "127.0.0.1", 1025, "hub", "x", False, False),
        ("smtp://hub:x@[::1]", "::1", 25, "hub", "x", False, False),
    ],
)
def test_what_becomes_of_it(url: str, host: str, port: int, user: str, password: str, tls: bool, ssl: bool) -> None:
    made = django_settings(url, "hub@example.org")
    names = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "EMAIL_USE_SSL")
    assert [made[name] for name in names] == [host, port, user, password, tls, ssl]


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://geheim@mail.example.org",
        "smtp://",
        "smtp+tls://geheim@mail.example.org",
        "smtp+tls://:geheim@mail.example.org",
        "smtp+tls://hub:geheim@mail.example.org:port",
        "smtp+tls://hub:ge/heim@mail.example.org",
        "smtp+tls://hub:geheim@mail.example.org/?tls=1",
        "smtp+tls://hub:ge#heim@mail.example.org",
        "smtp://hub:geheim@mail.example.org",
        "smtp+tls://[geheim",
    ],
)
def test_a_fault_is_told_without_a_value(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|needs|would|can't|ends") as caught:
        parsed(url)
    assert "heim" not in str(caught.value)


def test_without_it_nothing_is_sent() -> None:
    assert django_settings("", "")["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


@pytest.mark.parametrize("value", ["hub", "@", "hub@", "Hub <>", "hub@example.org\nBcc: x@example.org"])
def test_a_sender_is_a_mail_address(value: str) -> None:
    with pytest.raises(ValueError, match="must be a mail address"):
        sender(value)


def test_a_sender_may_have_a_name() -> None:
    assert sender("Hub <hub@example.org>") == "Hub <hub@example.org>"
