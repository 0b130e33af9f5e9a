from __future__ import annotations

import socket

import pytest

from tests.sockets import OutsideWorld


def test_addresses_elsewhere_are_refused() -> None:
    with socket.socket() as sock, pytest.raises(OutsideWorld, match=r"192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 80))


def test_names_elsewhere_are_not_looked_up() -> None:
    with pytest.raises(OutsideWorld, match=r"espocrm\.example"):
        socket.create_connection(("espocrm.example", 443), timeout=1)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
