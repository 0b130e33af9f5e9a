"""Whether the login of Advoware is whole. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from bitbylaw.config import ADVOWARE_LOGIN, Config
from syncapp.checks.faults import Fault


def faults(config: Config) -> Iterator[Fault]:
    lacking = config.advoware_lacks
    if 0 < len(lacking) < len(ADVOWARE_LOGIN):
        yield Fault(
            "W066",
            f"Advoware is set up only in part and therefore switched off; empty: {', '.join(lacking)}.",
            "Set these too, or none of them (see .env.example).",
        )
    if config.ADVOWARE_API_SECRET and not _is_base64(config.ADVOWARE_API_SECRET):
        yield Fault("W067", "ADVOWARE_API_SECRET is not base64: no login can be signed with it.")


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False
