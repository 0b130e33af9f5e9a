"""What may stand between the hub and its database or Redis: a real PgBouncer, a real Redis that speaks TLS only."""

from __future__ import annotations

import ipaddress
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.running import SandboxProcess
from tests import engines, servers
from tests.e2e.test_recovery import Firm
from tests.installation import Installation
from tests.world import sandbox_settings

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(engines.chosen().name != "postgres", reason="SQLite and its queue have nothing in between"),
]
_COMPARE = """
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from django.db import connection
print(connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"], scans.run(EVERYTHING).state)
"""


@pytest.fixture
def between(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Addresses of a PgBouncer before the tests' PostgreSQL, and of a Redis with a certificate."""
    if not servers.REQUIRED and shutil.which("pgbouncer") is None:
        pytest.skip("not installed: PgBouncer")
    with ExitStack() as stack:
        pooler = stack.enter_context(servers.pgbouncer(engines.chosen().postgres_url))
        certificate = _certificate(tmp_path / "redis.pem")
        redis = stack.enter_context(servers.redis(certificate))
        yield {"pooler": pooler, "REDIS_URL": f"{redis}/0?ssl_ca_certs={certificate}", "REDIS_DB_ADVOWARE_CACHE": "1"}


def _certificate(path: Path) -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_documents_are_synced_and_compared(tmp_path: Path, between: dict[str, str]) -> None:
    pooler = between.pop("pooler")
    with SandboxProcess() as sandbox:
        ours = {name: str(value) for name, value in sandbox_settings(sandbox).items()}
        with Installation.fresh(tmp_path, **ours, **between, MATTER_ENTITIES="{}") as hub:
            hub.env["DATABASE_URL"] = f"{pooler}/{hub.database_url.rpartition('/')[2]}?pool_mode=transaction"
            hub.manage("migrate", "--no-input")
            firm = Firm(sandbox, hub)
            firm.documents(12)
            firm.worker()
            firm.all_in_sync(12)
            # While the workers use the pooler's few connections too.
            assert hub.manage("shell", "-v", "0", "-c", _COMPARE).stdout.split()[-2:] == ["True", "done"]
            firm.all_in_sync(12)
            assert "portal" not in hub.log()
