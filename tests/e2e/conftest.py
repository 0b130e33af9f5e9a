from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Installation]:
    """A hub with default settings, nothing started yet."""
    with Installation.fresh(tmp_path) as installation:
        yield installation
