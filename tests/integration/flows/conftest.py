from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncapp.flows.documents import looking
from tests.calendars import Calendars
from tests.parties import Parties
from tests.world import World, configured


@pytest.fixture
def parties(world: World) -> Iterator[Parties]:
    """Without collections, which an event of a party makes too."""
    with configured(COLLECTION_ENTITIES=()):
        yield Parties(world)


@pytest.fixture
def calendars(world: World) -> Calendars:
    return Calendars.ready(world)


@pytest.fixture(autouse=True)
def _nothing_told() -> Iterator[None]:
    """What a process was told of documents that wait is no other test's."""
    yield
    looking._told.clear()
