"""Where a firm's Advoware and its gateway are: looked up once an installation, for all of its processes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from syncapp.clients.advoware.config import API_PATH, SYSTEM, AdvowareConfig
from syncapp.clients.advoware.keys import Keys
from syncapp.clients.errors import NotEnabled, UnexpectedAnswer
from syncapp.clients.http.login import TokenStore
from syncapp.clients.http.parse import the_object
from syncapp.clients.http.remembered import Remembered
from syncapp.kit.clocks import lasts

LIFE = timedelta(hours=1)  # addresses of a firm change when its server moves
WHAT = "addresses"


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
        keys = Keys(SYSTEM, the_object(SYSTEM, raw, WHAT))
        api = config.api_url or keys.text("connectorUrl") or keys.text("relayUrl")
        gateway = config.gateway_url or keys.text("securityGateway")
        if not api or not gateway:
            raise NotEnabled(SYSTEM, "kanzlei_unknown")
        needed = ("https://",) if config.lookup_url.startswith("https://") else ("https://", "http://")
        if not api.startswith(needed) or not gateway.startswith(needed):
            raise UnexpectedAnswer(SYSTEM, "unusable_address")
        return cls.of(api, gateway)


class AddressBook:
    """What was found for one login: with its token, where all processes look, and a copy in this one."""

    here: ClassVar[Remembered[Addresses]] = Remembered()

    def __init__(self, identity: str, store: TokenStore) -> None:
        self._identity, self._store = identity, store

    def get(self) -> Addresses | None:
        known = self.here.get(self._identity)
        if known is None and (facts := self._store.kept(WHAT)) is not None:
            until, now = datetime.fromisoformat(facts["until"]), datetime.now(UTC)
            if lasts(until, now, LIFE):
                known = Addresses(facts["api"], facts["gateway"])
                self.here.put(self._identity, known, (until - now).total_seconds())
        return known

    def put(self, found: Addresses) -> None:
        until = datetime.now(UTC) + LIFE
        self.here.put(self._identity, found, LIFE.total_seconds())
        self._store.keep(WHAT, {**asdict(found), "until": until.isoformat()}, until)

    def forget(self) -> Addresses | None:
        """Those that this process has used; newer ones, which another one has found, stay for all."""
        known = self.get()
        self.here.forget(self._identity)
        if known is not None and self.get() == known:
            self.here.forget(self._identity)
            self._store.unkeep(WHAT)
        return known


def _versioned(url: str) -> str:
    url = url.rstrip("/")
    return url if url.endswith(API_PATH) else url + API_PATH
