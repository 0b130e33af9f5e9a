"""How mails are sent, out of one address, and Django's settings for it. No message quotes a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
HERE = ("localhost", "127.0.0.1", "::1")
SILENCE_SECONDS = 10  # of the mail server; the whole of a mail has a deadline of its own (`notify.mail`)


@dataclass(frozen=True, slots=True)
class MailServer:
    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)


def parsed(url: str) -> MailServer:
    """`smtp+tls://user:password@mail.example.org:587`; raises `ValueError`, in words."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("can't be read; special characters of user and password stand as %XX") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("must be smtp+tls://user:password@host:587 (STARTTLS), smtps:// (TLS) or smtp:// (neither)")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("ends with the port; special characters of user and password stand as %XX")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("needs both a user and a password, or neither")
    if user and parts.scheme == "smtp" and parts.hostname not in HERE:
        raise ValueError("would send the password unencrypted; take smtp+tls:// or smtps://")
    return MailServer(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password)


def valid(url: str) -> str:
    if url:
        parsed(url)
    return url


def sender(value: str) -> str:
    """`hub@example.org` or `Hub <hub@example.org>`."""
    address = parseaddr(value)[1]
    if value and (any(sign in value for sign in "\r\n") or not all(address.partition("@"))):
        raise ValueError("must be a mail address, such as hub@example.org or Hub <hub@example.org>")
    return value


def django_settings(url: str, sender: str) -> dict[str, Any]:
    """Without an address nothing is ever sent."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    server = parsed(url)
    return {
        "EMAIL_BACKEND": "syncapp.notify.mail.Backend",
        "EMAIL_HOST": server.host,
        "EMAIL_PORT": server.port,
        "EMAIL_HOST_USER": server.user,
        "EMAIL_HOST_PASSWORD": server.password,
        "EMAIL_USE_TLS": server.scheme == "smtp+tls",
        "EMAIL_USE_SSL": server.scheme == "smtps",
        "EMAIL_TIMEOUT": SILENCE_SECONDS,
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
    }
