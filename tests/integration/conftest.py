from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import World
from tests.world import world as new_world


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with new_world() as made:
        yield made
