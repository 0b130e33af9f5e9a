"""When a cluster is taken for frozen: seconds are counted from look to look."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syncapp.engine.workers.supervision import LONGEST_STEP, Silence

ONE, TWO = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC), datetime(2026, 1, 1, 11, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("beats", "seconds", "worrying", "too_long"),
    [
        pytest.param([ONE], 0, False, False, id="heard just now"),
        pytest.param([ONE] * 5, 4, False, False, id="quiet for less than half of the limit"),
        pytest.param([ONE] * 7, 6, True, False, id="quiet for more than half of the limit"),
        pytest.param([ONE] * 12, 11, True, True, id="frozen"),
        pytest.param([ONE] * 11 + [TWO], 0, False, False, id="any change counts, even a clock set back"),
        pytest.param([None] * 12, 12, False, False, id="starting: more patience"),
        pytest.param([None] * 31, 31, False, True, id="never came up"),
    ],
)
def test_silence(beats: list[datetime | None], seconds: float, worrying: bool, too_long: bool) -> None:
    silence = Silence(limit=10, start_limit=30)
    for beat in beats:
        silence.look(beat, elapsed=1)
    assert (silence.seconds, silence.is_worrying, silence.is_too_long) == (seconds, worrying, too_long)


def test_proof_of_the_cluster_before_is_none_of_the_new_one() -> None:
    silence = Silence(limit=10, start_limit=30)
    silence.look(ONE, 1)
    silence.begin()
    silence.look(ONE, 1)
    assert not silence.heard
    silence.look(TWO, 1)
    assert silence.heard


def test_a_suspended_machine_is_no_silent_cluster() -> None:
    silence = Silence(limit=10, start_limit=30)
    silence.look(ONE, 1)
    silence.look(ONE, elapsed=3600)
    assert silence.seconds == LONGEST_STEP
    assert not silence.is_too_long
