"""Mails to a real mail server: what goes wrong is told in words, and nothing of what the server said."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.mail import EmailMessage
from django.utils import translation

from syncapp.notify import mail
from syncapp.notify.mail import NotSent
from tests.mailbox import FROM, PASSWORD, USER, mailbox, mailing
from tests.servers import free_port


def letter(to: str = "karl@example.org") -> EmailMessage:
    return EmailMessage("Neu: Ümläute", "Grüße\n", FROM, [to])


def fault_of(to: str = "karl@example.org") -> NotSent:
    with pytest.raises(NotSent) as caught:
        mail.send(letter(to))
    return caught.value


def test_a_mail_arrives_as_it_was_written() -> None:
    with mailbox() as box, mailing(box.port):
        mail.send(letter())
    assert box.to("karl@example.org") == ["Neu: Ümläute"]
    assert box.text() == "Grüße\n"
    assert box.mails[0]["From"] == FROM


def test_with_a_login_only_the_right_one_sends() -> None:
    with mailbox(login=True) as box:
        with mailing(box.port, login=f"{USER}:{PASSWORD.replace('@', '%40').replace('/', '%2F')}@"):
            mail.send(letter())
        with mailing(box.port, login=f"{USER}:wrong@"):
            fault = fault_of()
    assert len(box.mails) == 1
    assert (fault.fault, fault.of_server) == ("login 535", True)
    with translation.override("en"):
        assert mail.in_words(fault.fault).startswith("The mail server refuses our login: user or password are wrong")


def test_a_refused_recipient_is_no_fault_of_the_server() -> None:
    with mailbox() as box, mailing(box.port):
        box.refuses["gone@example.org"] = "550 no such user gone@example.org"
        box.refuses["later@example.org"] = "450 greylisted"
        gone, later = fault_of("gone@example.org"), fault_of("later@example.org")
    assert (gone.fault, gone.for_ever, gone.of_server) == ("recipient 550", True, False)
    assert (later.fault, later.for_ever, later.of_server) == ("recipient 450", False, False)


def test_a_refused_mail_is_tried_again() -> None:
    with mailbox() as box, mailing(box.port):
        box.answer = "554 spam"
        assert (fault := fault_of()).fault == "refused 554"
        assert not fault.for_ever


def test_nobody_listens() -> None:
    with mailing(free_port()):
        assert fault_of().fault == "away"


def test_an_address_that_is_none() -> None:
    with mailbox() as box, mailing(box.port):
        fault = fault_of("a@b\nBcc: x@example.org")
    assert (fault.fault, fault.for_ever) == ("address", True)
    assert box.mails == []


@contextlib.contextmanager
def slow(first: bytes = b"") -> Iterator[int]:
    """A server that says a letter now and then, for ever."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _address = listening.accept()
                with connection:
                    connection.sendall(first)
                    while not ended.wait(0.05):
                        connection.sendall(b"2")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        ended.set()
        thread.join(5)


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+tls"])
def test_a_server_that_is_slow_for_ever_is_left_after_the_deadline(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is no TLS is noticed at once; the deadline shall not come first, however busy the machine is.
    monkeypatch.setattr(mail, "MAIL_SECONDS", 0.6 if scheme == "smtp" else 60)
    # While TLS is set up the letters are no TLS, which is an answer at once; else they are one that never ends.
    with slow(b"" if scheme != "smtp+tls" else b"220 ready\r\n250-hub\r\n250 STARTTLS\r\n220 go\r\n") as port:
        begun = time.monotonic()
        with mailing(port, scheme):
            fault = fault_of()
    assert fault.fault == ("too_slow" if scheme == "smtp" else "tls")
    assert time.monotonic() - begun < 5


def test_starttls_that_is_not_offered_sends_nothing() -> None:
    with mailbox() as box, mailing(box.port, "smtp+tls"):
        assert fault_of().fault == "unsupported"
    assert box.mails == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """For 127.0.0.1, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    import ipaddress

    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_starttls_with_a_certificate_that_is_trusted_and_with_one_that_is_not(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    with mailbox(tls=server) as box, mailing(box.port, "smtp+tls"):
        assert fault_of().fault == "tls"
        assert box.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        mail.send(letter())
    assert len(box.mails) == 1


def test_every_fault_has_words_in_german() -> None:
    faults = ("login 535", "recipient 550", "sender 553", "refused 554", "unsupported", "tls", "name", "too_slow")
    with translation.override("de"):
        for fault in (*faults, "away", "address", "chat 404"):
            words = mail.in_words(fault)
            assert words != fault
            assert fault.partition(" ")[2] in words
