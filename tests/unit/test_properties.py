"""Properties are refuted by what they find, never by how long it took."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

HYPOTHESIS_OWN = 0.2  # seconds that it gives an example by itself


@settings(max_examples=1)
@given(st.just(HYPOTHESIS_OWN))
def test_an_example_may_take_its_time(seconds: float) -> None:
    time.sleep(1.5 * seconds)
