"""Each test of the engine writes the script of its flow itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.engine.scripted import Scripted


@pytest.fixture(autouse=True)
def _no_script() -> Iterator[None]:
    yield
    Scripted.script, Scripted.seen = None, []
