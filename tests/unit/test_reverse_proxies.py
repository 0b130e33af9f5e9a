"""The examples in deploy/ let through what the hub takes."""

from __future__ import annotations

import re
from pathlib import Path

from bitbylaw.config import Config

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
# For nginx `m` is 1024 times 1024, as for the hub; for Caddy `MB` is a million, and `MiB` that.
LIMITS = {"nginx.conf": r"client_max_body_size (\d+)m;", "Caddyfile": r"max_size (\d+)MiB\n"}


def test_bodies_are_as_large_as_the_hub_takes_them() -> None:
    usual = max(Config.model_fields[name].default for name in ("WEBHOOK_MAX_MB", "ADVOWARE_PROXY_MAX_MB"))
    for name, limit in LIMITS.items():
        found = re.search(limit, (DEPLOY / name).read_text())
        assert found, name
        assert int(found[1]) == usual, name
