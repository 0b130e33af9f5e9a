from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import engines, keeping
from tests.installation import Installation

# The demo brings its own SQLite, whatever engine the tests run on: once is enough.
collect_ignore = [] if engines.chosen().name == "sqlite" else ["test_demo.py"]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Installation]:
    """A hub with default settings, nothing started yet."""
    with Installation.fresh(tmp_path) as installation:
        yield installation


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Installation]:
    """One with something in every table."""
    with Installation.fresh(tmp_path, keeping.FILL) as installation:
        yield installation
