"""Clients whose pauses are written down instead of slept, and somebody who watches them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from syncapp.clients.advoware import AdvowareClient, AdvowareConfig
from syncapp.clients.advoware.addresses import AddressBook
from syncapp.clients.espocrm import EspoClient, EspoConfig
from syncapp.clients.http.login import Token, TokenStore
from syncapp.clients.http.observe import OutsideCall
from syncapp.clients.http.retry import RetryPolicy
from syncapp.clients.xai import XaiClient, XaiConfig
from tests.unit.clients.memory_tokens import MemoryTokens
from tests.unit.clients.wire import Wire

CRM = "https://crm.example.test"
API = f"{CRM}/api/v1"
FILES = "https://files.example.test"
COLLECTIONS = "https://collections.example.test"
ADVOWARE = "https://advoware.example.test"
GATEWAY = "https://gateway.example.test"
TOKEN_URL = f"{GATEWAY}/api/v1/Token"
ONCE = RetryPolicy(attempts=1)
FAR_FUTURE = datetime.now(UTC) + timedelta(hours=12)  # no token is believed to last longer than a day


@dataclass
class Watcher:
    calls: list[OutsideCall] = field(default_factory=list)
    claims: int = 0  # how often the claim was checked
    lost_at: int = 0  # the check that finds the claim lost

    def before_write(self) -> None:
        self.claims += 1
        if self.claims == self.lost_at:
            raise ClaimLost

    def called(self, call: OutsideCall) -> None:
        self.calls.append(call)


class ClaimLost(Exception):
    pass


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def espo(watcher: Watcher, pauses: list[float]) -> EspoClient:
    EspoClient.metadata_cache.clear()
    return EspoClient(EspoConfig(CRM, "the-key", page_size=3), watcher, sleep=pauses.append)


@pytest.fixture
def xai(watcher: Watcher, pauses: list[float]) -> XaiClient:
    config = XaiConfig(FILES, COLLECTIONS, "api-key", "management-key")
    return XaiClient(config, watcher, sleep=pauses.append)


@pytest.fixture
def new_advoware(watcher: Watcher, pauses: list[float]) -> Iterator[Callable[..., AdvowareClient]]:
    """Makes a client; other settings by name."""
    usual = AdvowareConfig(
        api_url=ADVOWARE,
        gateway_url=GATEWAY,
        kanzlei="kanzlei",
        database="db",
        user="AP",
        password="geheim",
        app_id="app-123",
        secret="dGVzdC1zZWNyZXQta2V5",
    )

    def make(tokens: TokenStore | None = None, **others: Any) -> AdvowareClient:
        return AdvowareClient(replace(usual, **others), tokens or MemoryTokens(), watcher, sleep=pauses.append)

    yield make
    AddressBook.here.clear()


@pytest.fixture
def gateway(web: responses.RequestsMock) -> responses.BaseResponse:
    return web.post(TOKEN_URL, json={"access_token": "token-1", "expires_in": 3600})


@pytest.fixture
def advoware(new_advoware: Callable[..., AdvowareClient]) -> AdvowareClient:
    """Logged in already."""
    tokens = MemoryTokens()
    tokens.put(Token("token-0", FAR_FUTURE))
    return new_advoware(tokens)


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire() as server:
        yield server
