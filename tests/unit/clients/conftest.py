"""Clients whose pauses are written down instead of slept, and somebody who watches them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import responses

from syncapp.clients.espocrm import EspoClient, EspoConfig
from syncapp.clients.observe import OutsideCall
from syncapp.clients.xai import XaiClient, XaiConfig
from tests.unit.clients.wire import Wire

CRM = "https://crm.example.test"
API = f"{CRM}/api/v1"
FILES = "https://files.example.test"
COLLECTIONS = "https://collections.example.test"


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
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire() as server:
        yield server
