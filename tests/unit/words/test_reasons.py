"""Every reason has words: those of the engine, and what each flow declares beside them."""

from __future__ import annotations

from enum import StrEnum

import pytest
from django.utils import translation

from syncapp.events import registry
from syncapp.models import Reason
from syncapp.words.reason_words import reason_in_words, reasons
from tests.unit.words import declared

OF_FLOWS = {kind.__module__: kind for kind in declared.classes(StrEnum) if kind.__name__ == "Why"}
OF_FLOWS.pop("syncapp.flows.lens.core")  # why a side can't hold a value is no reason of a record


@pytest.mark.parametrize("module", OF_FLOWS)
def test_what_a_flow_ends_with_is_a_reason(module: str) -> None:
    assert set(map(str, OF_FLOWS[module])) <= set(reasons())


def test_a_reason_that_a_flow_writes_out_is_one() -> None:
    assert declared.reasons_in_flows() <= set(reasons())


def test_one_that_nobody_declared_would_be_found_out() -> None:
    source = 'Skipped("to_be"), Postponed(reason="or_not", after=SOON), Failed(Why.NO_IBAN), Plan(Settled("agreed"))'
    assert set(declared.reasons_in(source)) == {"to_be", "or_not"}


def test_no_flow_declares_what_another_one_or_the_engine_has() -> None:
    every = [*Reason.values, *(code for flow in registry.register().flows for code in flow.reasons)]
    assert sorted(every) == sorted(set(every))


def test_what_is_declared_is_used() -> None:
    used = {str(member) for kind in OF_FLOWS.values() for member in kind} | declared.texts_in_flows()
    assert set(registry.reasons()) <= used


@pytest.mark.parametrize("code", sorted(reasons()))
def test_staff_read_it_in_german(code: str) -> None:
    with translation.override("de"):
        german = reason_in_words(code)
    with translation.override("en"):
        assert reason_in_words(code) not in (german, code)


def test_a_reason_of_an_old_row_is_shown_as_it_is() -> None:
    assert reason_in_words("long_forgotten") == "long_forgotten"
