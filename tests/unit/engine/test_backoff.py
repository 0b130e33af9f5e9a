"""Pauses and verdicts: what happens after a failed run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.clients import errors
from syncapp.engine.runs.backoff import STANDARD
from syncapp.engine.runs.verdicts import Next, judge
from syncapp.models import Reason

CLASSES = sorted((cls for cls in vars(errors).values() if isinstance(cls, type)), key=lambda cls: cls.__name__)
KINDS = [cls for cls in CLASSES if issubclass(cls, errors.ClientError)]


@given(st.integers(1, 5), st.timedeltas(timedelta(), timedelta(days=2)))
def test_what_the_other_side_asks_for_only_ever_lengthens_a_pause(attempts: int, asked: timedelta) -> None:
    usual = STANDARD.pause(attempts)
    assert usual is not None
    assert STANDARD.pause(attempts, asked) == max(usual, asked)


@given(st.integers(6, 1000))
def test_after_the_last_pause_a_person_is_needed_and_there_is_one_second_chance(attempts: int) -> None:
    assert STANDARD.pause(attempts) is None
    assert (STANDARD.last_try(attempts) is not None) == (attempts == 6)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_of_the_clients_has_a_verdict_that_names_its_system(kind: type[errors.ClientError]) -> None:
    verdict = judge(kind("xai", "code", 400))
    assert verdict.system == "xai"
    assert Reason(verdict.reason).label
    assert "code" in verdict.detail


@pytest.mark.parametrize("kind", [errors.Rejected, errors.Duplicate, errors.TooLarge, errors.Forbidden])
def test_what_repeating_cannot_mend_needs_a_person(kind: type[errors.ClientError]) -> None:
    assert judge(kind("espocrm")).next is Next.PERSON


def test_a_strangers_message_is_never_quoted() -> None:
    verdict = judge(ValueError("Frau Muster, IBAN DE00"))
    assert verdict.next is Next.PERSON
    assert "Muster" not in verdict.detail
    assert "ValueError" in verdict.detail
