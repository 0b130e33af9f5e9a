"""Which addresses the firm's API and its login have, where the settings name none."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from time import monotonic

from syncapp.clients.advoware.config import API_PATH, SYSTEM, AdvowareConfig
from syncapp.clients.advoware.keys import Keys
from syncapp.clients.errors import NotEnabled, UnexpectedAnswer

LIFE = 3600.0  # seconds; addresses of a firm change when its server moves


@dataclass(frozen=True, slots=True)
class Addresses:
    api: str  # ending in /api/v1
    gateway: str  # ending in /api/v1

    @classmethod
    def of(cls, api_url: str, gateway_url: str) -> Addresses:
        return cls(_versioned(api_url), _versioned(gateway_url))

    @classmethod
    def found(cls, config: AdvowareConfig, raw: object) -> Addresses:
        """What the look-up answered, for what the settings leave open."""
        keys = Keys.of(raw, "addresses")
        api = config.api_url or keys.text("connectorUrl") or keys.text("relayUrl")
        gateway = config.gateway_url or keys.text("securityGateway")
        if not api or not gateway:
            raise NotEnabled(SYSTEM, "kanzlei_unknown")
        needed = ("https://",) if config.lookup_url.startswith("https://") else ("https://", "http://")
        if not api.startswith(needed) or not gateway.startswith(needed):
            raise UnexpectedAnswer(SYSTEM, "unusable_address")
        return cls.of(api, gateway)


def _versioned(url: str) -> str:
    url = url.rstrip("/")
    return url if url.endswith(API_PATH) else url + API_PATH


class AddressBook:
    """What was looked up, remembered in this process."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Addresses]] = {}
        self._lock = threading.Lock()

    def get(self, identity: str) -> Addresses | None:
        with self._lock:
            until, addresses = self._known.get(identity, (0.0, None))
            return addresses if monotonic() < until else None

    def put(self, identity: str, addresses: Addresses) -> None:
        with self._lock:
            self._known[identity] = (monotonic() + LIFE, addresses)

    def forget(self, identity: str) -> None:
        with self._lock:
            self._known.pop(identity, None)
