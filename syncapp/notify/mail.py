"""Mails by Django's own machinery, each with a deadline as a whole: a server that says a letter a second never meets
the time-out of a silence."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from syncapp.clients.http import deadlines
from syncapp.clients.http.deadlines import Deadline

MAIL_SECONDS = 30.0  # from the look-up of the host to the server's last word


class _Watched(smtplib.SMTP):
    def _get_socket(self, *args: Any) -> Any:
        made: socket.socket = super()._get_socket(*args)  # type: ignore[misc]  # smtplib's own hook
        deadlines.watched(made)
        return made


class _WatchedTls(smtplib.SMTP_SSL, _Watched):
    """In this order TLS is set up over a connection that is watched already."""


class Backend(EmailBackend):
    @cached_property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _WatchedTls if self.use_ssl else _Watched


class NotSent(Exception):
    """`fault`: kind and number. `for_ever`: trying again is of no use; `of_server`: others would fare alike."""

    def __init__(self, fault: str, *, for_ever: bool = False, of_server: bool = True) -> None:
        super().__init__(fault)
        self.fault, self.for_ever, self.of_server = fault, for_ever, of_server


def send(mail: EmailMessage) -> None:
    """To its one recipient; raises `NotSent`. When the server has taken it, it is sent, however the good-bye goes."""
    deadline = Deadline(MAIL_SECONDS)
    connection: Any = get_connection()
    try:
        with deadlines.within(deadline):
            connection.open()
            connection.send_messages([mail])
    except (OSError, smtplib.SMTPException, ValueError) as exc:
        fault = NotSent("too_slow") if deadline.passed else _fault(exc)
        raise fault from None  # what the server said may quote anything
    finally:
        with suppress(OSError, smtplib.SMTPException), deadlines.within(deadline):
            connection.close()
        deadline.end()


def _fault(exc: Exception) -> NotSent:
    match exc:
        case smtplib.SMTPAuthenticationError():
            return NotSent(f"login {exc.smtp_code}")
        case smtplib.SMTPRecipientsRefused():
            code = max((code for code, _words in exc.recipients.values()), default=0)
            return NotSent(f"recipient {code}", for_ever=code >= 500, of_server=False)
        case smtplib.SMTPSenderRefused():
            return NotSent(f"sender {exc.smtp_code}")
        case smtplib.SMTPNotSupportedError():
            return NotSent("unsupported")
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            return NotSent(f"refused {exc.smtp_code}")
        case smtplib.SMTPResponseException():
            return NotSent(f"refused {exc.smtp_code}", of_server=exc.smtp_code == 421)
        case ssl.SSLError():
            return NotSent("tls")
        case socket.gaierror():
            return NotSent("name")
        case TimeoutError():
            return NotSent("too_slow")
        case smtplib.SMTPServerDisconnected() | OSError():
            return NotSent("away")
        case ValueError():  # an address with a line break, or one that no mail can carry
            return NotSent("address", for_ever=True, of_server=False)
    return NotSent(type(exc).__name__)


# The setting that mends a fault; for who looks after the hub, staff have never seen one.
SETTINGS = dict.fromkeys(("login", "unsupported", "tls", "name", "away"), "EMAIL_URL") | {
    "sender": "EMAIL_FROM",
    "chat": "ALERT_WEBHOOK_URL",
}


def setting_of(fault: str) -> str:
    return SETTINGS.get(fault.partition(" ")[0], "")


def in_words(fault: str) -> str:
    """What went wrong and what to do, of `NotSent.fault` or of the chat's."""
    kind, _blank, code = fault.partition(" ")
    words = {
        "login": _("The mail server refuses our login: user or password are wrong in the hub's settings (%(code)s)."),
        "recipient": _("The mail server refuses this address (%(code)s). Is it spelt right?"),
        "sender": _("The mail server refuses our sender: its address in the hub's settings is wrong (%(code)s)."),
        "refused": _("The mail server refuses the mail (%(code)s)."),
        "unsupported": _("The mail server does not offer what the hub's settings ask for: STARTTLS, or a login."),
        "tls": _(
            "No encrypted connection to the mail server: port or kind are wrong in the hub's settings, or its "
            "certificate is."
        ),
        "name": _("There is no mail server of that name. Is it spelt right in the hub's settings?"),
        "too_slow": _("The mail server does not answer in time."),
        "away": _("The mail server does not answer. Are host and port right in the hub's settings?"),
        "address": _("This is no mail address."),
        "chat": _("The chat program did not take it (%(code)s). Is its address right in the hub's settings?"),
    }.get(kind)
    return words % {"code": code} if words else fault
