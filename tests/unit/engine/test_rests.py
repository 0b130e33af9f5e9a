"""A step whose records mostly differ is left alone for a while, each time for twice as long."""

from __future__ import annotations

from syncapp.engine.runs.glancing import LONGEST_REST, SHORTEST_REST, _Rests


def test_a_rest_doubles_up_to_a_minute_and_ends_with_the_first_glance_that_was_worth_it() -> None:
    now = [100.0]
    rests = _Rests(lambda: now[0])
    assert rests.over("one")
    length = SHORTEST_REST
    for _ in range(9):
        rests.note("one", worth_it=False)
        assert not rests.over("one")
        assert rests.over("another")
        now[0] += length - 0.001
        assert not rests.over("one")
        now[0] += 0.001
        assert rests.over("one")
        length = min(2 * length, LONGEST_REST)
    assert length == LONGEST_REST
    rests.note("one", worth_it=True)
    rests.note("one", worth_it=False)
    now[0] += SHORTEST_REST
    assert rests.over("one")
