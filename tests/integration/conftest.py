from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import get_resolver

from syncapp.api import metrics
from syncapp.proxy import quota
from syncapp.webhooks import google, views
from tests.events import carried
from tests.world import World
from tests.world import world as new_world


@pytest.fixture(scope="session", autouse=True)
def _addresses() -> None:
    """Which webhooks there are is read once in a process: before any test has words of its own for them."""
    assert get_resolver().reverse_dict


@pytest.fixture(autouse=True)
def _no_strangers() -> None:
    """Whoever was braked in one test is nobody in the next one."""
    for door in (views, google, quota, metrics):
        door.strangers.forget()


@pytest.fixture(autouse=True)
def _nothing_on_its_way() -> Iterator[None]:
    """No task of one test comes to the queue in the next one."""
    yield
    carried()


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with new_world() as made:
        yield made
