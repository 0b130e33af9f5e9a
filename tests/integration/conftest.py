from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncapp.proxy import quota
from syncapp.webhooks import views
from tests.world import World
from tests.world import world as new_world


@pytest.fixture(autouse=True)
def _no_strangers() -> None:
    """Whoever was braked in one test is nobody in the next one."""
    views.strangers.forget()
    quota.strangers.forget()


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with new_world() as made:
        yield made
