"""A real mail server on this machine, for one test, and the hub's settings that lead to it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.test import override_settings

from bitbylaw.email_url import django_settings
from tests.servers import free_port
from tests.world import configured

FROM = "Hub <hub@example.org>"
HUB = "https://hub.example.org"
USER, PASSWORD = "hub", "p@ss/word"


@dataclass
class Mailbox:
    """What arrived, in order; `refuses`: addresses that are answered with 550, or with what stands there."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    answer: str = "250 OK"  # to each mail
    login: bool = False  # nobody sends without

    def to(self, address: str) -> list[str]:
        """Subjects."""
        return [str(mail["Subject"]) for mail in self.mails if mail["To"] == address]

    def text(self, number: int = -1) -> str:
        return str(self.mails[number].get_content()).replace("\r\n", "\n")

    async def handle_RCPT(self, _server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.login and not session.authenticated:
            return "530 log in first"
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return self.answer


def _login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def mailbox(*, login: bool = False, tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Mailbox]:
    """`login`: nobody sends without; `tls`: STARTTLS is offered."""
    box = Mailbox(port or free_port())
    box.login = login
    wanted = {"authenticator": _login, "auth_require_tls": False} if login else {}
    controller = Controller(box, hostname="127.0.0.1", port=box.port, tls_context=tls, **wanted)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@contextmanager
def mailing(port: int, scheme: str = "smtp", login: str = "", **more: Any) -> Iterator[None]:
    """The hub sends to this port."""
    url = f"{scheme}://{login}127.0.0.1:{port}"
    values = {"EMAIL_URL": url, "EMAIL_FROM": FROM, "HUB_URL": HUB, **more}
    with override_settings(**django_settings(url, FROM)), configured(**values):
        yield
