"""What the sandbox can be filled with at start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.app import Sandbox
SEEDS: dict[str, Callable[[Sandbox, int], None]] = {}
