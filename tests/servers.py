"""Real PostgreSQL and Redis servers for tests and benchmarks: temporary, on loopback, fast instead of durable.

    with postgres() as database_url, redis() as redis_url:
        ...

Each server hangs on a pipe held by this process: when the process ends, however it ends, the server is stopped and its
directory removed. Only servers started here are ever touched.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

REQUIRED = os.environ.get("HUB_REQUIRE_SERVERS") == "1"
INSTALL_HINT = "Debian/Ubuntu: apt install postgresql redis-server; macOS: brew install postgresql redis"
START_SECONDS = 120

# Runs "$@" until standard input is closed, then stops it and removes its directory.
_TETHER = """
dir=$1; stop=$2; shift 2
"$@" </dev/null >"$dir/server.log" 2>&1 & server=$!
cat >/dev/null
kill -"$stop" "$server" 2>/dev/null
wait "$server"
rm -rf "$dir"
"""


class ServerFailed(Exception):
    """A server did not come up; the message ends with its own log."""


def _postgres_binaries() -> Path | None:
    """Debian keeps the server's programs out of the PATH, one folder for each version: the newest is taken."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]), reverse=True)
    found = shutil.which("initdb") or (versions and versions[0])
    return Path(found).parent if found else None


def missing() -> list[str]:
    """What has to be installed before `postgres()` and `redis()` work; empty when all is there."""
    faults = [] if _postgres_binaries() else ["PostgreSQL"]
    return faults if shutil.which("redis-server") else [*faults, "Redis"]


def available() -> bool:
    return not missing()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; as anybody else it runs as that person."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


@contextmanager
def _serving(
    command: Callable[[Path], list[str]], stop: str, ready: Callable[[], None], user: str | None
) -> Iterator[None]:
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    if user:
        shutil.chown(folder, user)
    tether = subprocess.Popen(
        ["/bin/sh", "-c", _TETHER, "tether", str(folder), stop, *command(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True, user=user, cwd=folder,
    )  # fmt: skip
    assert tether.stdin
    try:
        _wait(ready, folder / "server.log")
        yield
    finally:
        tether.stdin.close()
        tether.wait(START_SECONDS)


def _wait(ready: Callable[[], None], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return ready()
        except Exception as exc:  # whatever the client library says while the server comes up
            if time.monotonic() > deadline:
                said = log.read_text()[-2000:] if log.exists() else ""
                raise ServerFailed(f"The server did not start within {START_SECONDS} s:\n{said}") from exc
            time.sleep(0.05)


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh PostgreSQL server; gives the address of its one empty database (the user may create more)."""
    import psycopg

    binaries, port, user = _postgres_binaries(), free_port(), _unprivileged()
    if binaries is None:
        raise ServerFailed(f"PostgreSQL is not installed. {INSTALL_HINT}")
    url = f"postgres://hub@127.0.0.1:{port}/postgres"

    def command(folder: Path) -> list[str]:
        initdb = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "hub", "-A", "trust", "-E", "UTF8"]
        subprocess.run(
            [*initdb, "--locale=C.UTF-8" if os.uname().sysname == "Linux" else "--locale=C", "--no-sync"],
            check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        options = {
            "port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "max_connections": 200,
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
        }  # fmt: skip
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return [str(binaries / "postgres"), "-D", str(folder / "data"), *settings]

    # INT is PostgreSQL's fast shutdown: it does not wait for clients.
    with _serving(command, "INT", lambda: psycopg.connect(url, connect_timeout=2).close(), user):
        yield url


@contextmanager
def pgbouncer(server: str) -> Iterator[str]:
    """A PgBouncer before that server, which gives each transaction a connection; its address without a database."""
    import psycopg

    program, behind, port, user = shutil.which("pgbouncer"), urlsplit(server), free_port(), _unprivileged()
    if program is None:
        raise ServerFailed("PgBouncer is not installed. Debian/Ubuntu: apt install pgbouncer")

    def command(folder: Path) -> list[str]:
        options = {
            "listen_addr": "127.0.0.1", "listen_port": port, "unix_socket_dir": "", "auth_type": "any",
            "pool_mode": "transaction", "default_pool_size": 4, "server_lifetime": 1,
        }  # fmt: skip
        lines = ["[databases]", f"* = host=127.0.0.1 port={behind.port} user={behind.username}", "[pgbouncer]"]
        (folder / "pgbouncer.ini").write_text("\n".join([*lines, *(f"{k} = {v}" for k, v in options.items())]))
        return [program, str(folder / "pgbouncer.ini")]

    address = f"postgres://{behind.username}@127.0.0.1:{port}"
    with _serving(command, "INT", lambda: psycopg.connect(f"{address}/postgres", connect_timeout=2).close(), user):
        yield address


@contextmanager
def redis(certificate: Path | None = None, port: int = 0, **more: str) -> Iterator[str]:
    """A fresh Redis server without persistence; gives its address without a database number (there are 64).
    `certificate`: a PEM file with its key; then it speaks TLS only. `more`: of its options."""
    import redis as client

    program, port = shutil.which("redis-server"), port or free_port()
    if program is None:
        raise ServerFailed(f"Redis is not installed. {INSTALL_HINT}")

    def command(folder: Path) -> list[str]:
        options = {"port": port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "databases": 64, "dir": folder}
        options |= more
        if certificate:
            options |= {"port": 0, "tls-port": port, "tls-cert-file": certificate, "tls-key-file": certificate}
            options |= {"tls-auth-clients": "no", "tls-ca-cert-file": certificate}
        return [program, *(part for key, value in options.items() for part in (f"--{key}", str(value)))]

    def ready() -> None:
        tls = {"ssl": True, "ssl_ca_certs": str(certificate)} if certificate else {}
        probe = client.Redis(host="127.0.0.1", port=port, socket_connect_timeout=2, **tls)
        with probe, suppress(client.AuthenticationError):  # that is an answer
            probe.ping()

    with _serving(command, "TERM", ready, None):
        yield f"{'rediss' if certificate else 'redis'}://127.0.0.1:{port}"


def chromium() -> str | None:
    """The browser for tests in `tests/browser`; with HUB_REQUIRE_SERVERS=1 its absence is an error, not a skip."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if REQUIRED and not found:
        raise ServerFailed("HUB_REQUIRE_SERVERS=1, but Chromium is not installed. Debian/Ubuntu: apt install chromium")
    return found
