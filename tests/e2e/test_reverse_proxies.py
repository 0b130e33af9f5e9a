"""The examples in deploy/, with the real nginx and the real Caddy, where they are installed."""

from __future__ import annotations

import contextlib
import datetime
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import engines
from tests.e2e.doors import WEBHOOK, Answer, Door, answer_on, web_server
from tests.installation import PATIENCE, ROOT, Installation, until
from tests.servers import REQUIRED, free_port

NAME = "hub.example.org"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(engines.chosen().name != "sqlite", reason="the web server is the same on every engine"),
]


class Front(Door):
    def connect(self) -> socket.socket:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(super().connect(), server_hostname=NAME)

    def ask(self, request: bytes) -> Answer:
        began = time.monotonic()
        with self.connect() as sock:
            sock.sendall(re.sub(rb"Host: \S+", b"Host: " + NAME.encode(), request))
            return answer_on(sock, began)


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


def changed(text: str, *changes: tuple[str, str]) -> str:
    """What the example tells to change, and no more: each must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(folder: Path, hub_port: int, port: int) -> list[str]:
    cert, key = certificate(folder)
    site = changed(
        (ROOT / "deploy" / "nginx.conf").read_text(),
        ("127.0.0.1:8000", f"127.0.0.1:{hub_port}"),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("    listen [::]:80;\n", ""),
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("listen 80", f"listen 127.0.0.1:{free_port()}"),
        ("/etc/ssl/hub/fullchain.pem", str(cert)),
        ("/etc/ssl/hub/privkey.pem", str(key)),
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{paths}{site}}}\n"
    )
    return ["nginx", "-p", str(folder), "-c", str(config)]


def caddy(folder: Path, hub_port: int, port: int) -> list[str]:
    cert, key = certificate(folder)
    config = folder / "Caddyfile"
    config.write_text(
        changed(
            (ROOT / "deploy" / "Caddyfile").read_text(),
            ("\n{\n\tservers", "\n{\n\tadmin off\n\tauto_https disable_redirects\n\tservers"),
            ("\nhub.example.org {\n", f"\nhttps://{NAME}:{port} {{\n\ttls {cert} {key}\n"),
            ("127.0.0.1:8000", f"127.0.0.1:{hub_port}"),
        )
    )
    return ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]


@pytest.fixture(params=[nginx, caddy], ids=lambda made: str(made.__name__))
def front(request: pytest.FixtureRequest, hub: Installation, tmp_path: Path) -> Iterator[tuple[Front, str]]:
    kind = request.param.__name__
    if shutil.which(kind) is None:
        assert not REQUIRED, f"HUB_REQUIRE_SERVERS=1, but {kind} is not installed. Debian/Ubuntu: apt install {kind}"
        pytest.skip(f"{kind} is not installed")
    more = {"DJANGO_TRUST_PROXY": "1", "DJANGO_HTTPS_ONLY": "1", "DJANGO_ALLOWED_HOSTS": f"{NAME},127.0.0.1"}
    with web_server(hub, **more) as door:
        port = free_port()
        folder = tmp_path / kind
        folder.mkdir()
        env = {"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/bin"}
        with (folder / "said.log").open("wb") as said:
            process = subprocess.Popen(
                request.param(folder, door.port, port), env=env, stdout=said, stderr=said, start_new_session=True
            )
        hub._started.append(process)
        made = Front(hub, port, door.process)
        until(lambda: _answers(made), PATIENCE, lambda: (folder / "said.log").read_text())
        yield made, kind


def _answers(front: Front) -> bool:
    with contextlib.suppress(OSError):
        return front.get("/health/live").status == 200
    return False


def test_what_stands_in_front_serves_and_believes_nobody(front: tuple[Front, str]) -> None:
    door, kind = front
    assert door.ask(WEBHOOK).status == 200
    assert door.get("/").status == 302, "no redirect to HTTPS: the scheme is known"

    door.get("/advoware/proxy?endpoint=x", X_Forwarded_For="203.0.113.9")
    assert door.hub.sql("SELECT address FROM syncapp_proxycall") == [("127.0.0.1",)]

    chunked = re.sub(rb"Content-Length: (\d+)", b"Transfer-Encoding: chunked", WEBHOOK)
    head, _, body = chunked.partition(b"\r\n\r\n")
    answer = door.ask(head + b"\r\n\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
    assert answer.status == {"nginx": 200, "caddy": 411}[kind]
    if kind == "nginx":  # Caddy says nothing to anybody before it has read some of the body
        too_large = b"POST /vmh/webhook/x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"
        assert door.ask(too_large).status == 413


def test_slow_strangers_in_front_hold_nobody_up(front: tuple[Front, str]) -> None:
    door, _ = front
    with contextlib.ExitStack() as stack:
        for _number in range(30):
            sock = stack.enter_context(door.connect())
            sock.sendall(f"POST /vmh/webhook/x HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 100\r\n\r\n[".encode())
        for _number in range(5):
            assert door.ask(WEBHOOK).seconds < 1
            assert door.get("/health/live").seconds < 1
