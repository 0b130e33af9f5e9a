"""What the sandbox can be filled with at start. Nothing of it sends events: a hub finds it by looking."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.seed.bench import fill_bench
from sandbox.seed.calendar import fill_calendars
from sandbox.seed.demo import fill_demo
from sandbox.seed.parties import fill_parties

if TYPE_CHECKING:
    from sandbox.app import Sandbox

SEEDS: dict[str, Callable[[Sandbox, int], None]] = {
    "bench": fill_bench,
    "calendar": fill_calendars,
    "demo": fill_demo,
    "parties": fill_parties,
}
