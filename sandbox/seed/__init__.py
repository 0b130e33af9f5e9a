"""What the sandbox can be filled with at start. Nothing of it sends events: a hub finds it by looking."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.seed.adopted import fill_adopted
from sandbox.seed.bench import fill_bench
from sandbox.seed.calendar import fill_calendars
from sandbox.seed.demo import fill_demo
from sandbox.seed.parties import fill_parties

# Called with the sandbox, an amount, and what the seed has more of.
SEEDS: dict[str, Callable[..., None]] = {
    "adopted": fill_adopted,
    "bench": fill_bench,
    "calendar": fill_calendars,
    "demo": fill_demo,
    "parties": fill_parties,
}
