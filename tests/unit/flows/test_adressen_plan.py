"""When two addresses are the same, and what is said when they are not. As tables."""

from __future__ import annotations

import pytest

from syncapp.engine.runs.planning import Settled, Skipped
from syncapp.flows.adressen.flow import REASONS
from syncapp.flows.adressen.plan import MOST_SHOWN, Address, AddressState, Why, plan
from syncapp.models import Reason

HERE = Address("Hafenstraße 88", "24103", "Kiel")
SAME = (
    Address("Hafenstr. 88", "24103", "Kiel"),
    Address("HAFENSTRASSE 88", " 24103 ", "kiel"),
    Address("Hafen-Straße 88\n", "D-24103", "Kiel"),
    Address("Hafenstrasse\u00a088", "24103", "Kiel\u200b"),
)
OTHERS = (
    Address("Hafenstraße 8", "24103", "Kiel"),
    Address("Hafenstraße 88a", "24103", "Kiel"),
    Address("Hafenstraße 88", "24105", "Kiel"),
    Address("Hafenstraße 88", "24103", "Lübeck"),
    Address("Hafenstraße 88", "", "Kiel"),
)


@pytest.mark.parametrize("other", SAME)
def test_spelled_otherwise_is_the_same(other: Address) -> None:
    assert plan(AddressState(7, HERE, (other,))).tasks == ()
    assert plan(AddressState(7, HERE, (OTHERS[0], other))).tasks == ()  # one of several


@pytest.mark.parametrize("other", OTHERS)
def test_another_one_is_told_with_both(other: Address) -> None:
    decided = plan(AddressState(7, HERE, (other,)))
    assert (type(decided.ending), decided.actions) == (Settled, ())
    (need,) = decided.tasks
    assert (need.kind, need.target_id) == ("address_differs", "7")
    assert need.facts == (("address", "Hafenstraße 88, 24103 Kiel", str(other)),)


def test_umlauts_as_people_type_them() -> None:
    assert Address("Gänsemarkt 1", "20354", "Köln").key == Address("Gaensemarkt 1", "20354", "KOELN").key


@pytest.mark.parametrize(("here", "there"), [(Address(), (HERE,)), (HERE, ()), (HERE, (Address(" ", "-", ""),))])
def test_what_only_one_side_has_is_no_difference(here: Address, there: tuple[Address, ...]) -> None:
    assert plan(AddressState(7, here, there)).tasks == ()


@pytest.mark.parametrize(
    ("why", "state"),
    [
        (Why.ENTITY_GONE, AddressState(gone=True)),
        (Why.NO_NUMBER, AddressState(None, HERE)),
        (Why.NOT_THERE, AddressState(7, HERE, None)),
    ],
)
def test_where_there_is_nothing_to_compare_with_the_reason_has_words(why: Why, state: AddressState) -> None:
    decided = plan(state)
    assert (type(decided.ending), decided.tasks) == (Skipped, ())
    assert decided.ending.reason == why  # type: ignore[union-attr]
    assert why in REASONS or why in Reason.values


def test_many_are_not_shown_all() -> None:
    many = tuple(Address(f"Weg {number}", "24103", "Kiel") for number in range(20))
    assert str(plan(AddressState(7, HERE, many)).tasks[0].facts[0][2]).count(";") == MOST_SHOWN - 1
