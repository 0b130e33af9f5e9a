"""What is decided about a party that only Advoware has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncapp.clients.advoware import AdvowareParty
from syncapp.engine.runs.planning import Failed, Postponed, Settled, Skipped
from syncapp.flows.beteiligte.brought import is_company
from syncapp.flows.beteiligte.fields import Rules
from syncapp.flows.beteiligte.only_there import BringParty, JoinParty, OnlyThere, Wanted, plan
from syncapp.flows.beteiligte.sides import advoware_side


def party(**data: Any) -> AdvowareParty:
    return AdvowareParty.from_api({"betNr": 7, "name": "Wendland", "kommunikation": [], **data})


THERE = advoware_side(party(), [], Rules())
NEW = OnlyThere(7, THERE, {"name": "Wendland"})


@pytest.mark.parametrize(
    ("state", "kinds", "ending"),
    [
        (NEW, ["party.bring"], Settled()),
        (replace(NEW, party_id="65f0"), [], Settled({})),
        (replace(NEW, party_id="65f0", there=None), [], Settled({})),
        (replace(NEW, there=None), [], Skipped("nowhere")),
        (replace(NEW, lacking="betnr"), [], Failed("field_missing", "betnr")),
        (replace(NEW, targets={}), [], Skipped("nameless_there")),
        (replace(NEW, twin="65f0", alike=("65f0",)), ["party.join"], Settled()),
        (replace(NEW, alike=("65f0", "65f1")), [], Skipped("task_open")),
        (replace(NEW, refused_as_double=True), [], Skipped("task_open")),
    ],
)
def test_what_is_planned(state: OnlyThere, kinds: list[str], ending: object) -> None:
    found = plan(state)
    assert ([action.kind for action in found.actions], found.ending) == (kinds, ending)
    assert bool(found.tasks) == (ending == Skipped("task_open"))


def test_while_it_may_be_the_crms_own_nothing_is_done() -> None:
    assert isinstance(plan(replace(NEW, on_its_way=True)).ending, Postponed)
    assert isinstance(plan(replace(NEW, on_its_way=True, twin="65f0")).ending, Postponed)


@pytest.mark.parametrize(("twin", "action"), [("", BringParty), ("65f0", JoinParty)])
def test_what_may_not_be_written_waits(twin: str, action: type) -> None:
    found = plan(replace(NEW, twin=twin, writable=False))
    assert isinstance(found.ending, Postponed)
    assert ([type(each) for each in found.held_back], found.actions) == ([action], ())


def test_what_a_person_has_closed_is_created_and_asked_again_only_about_somebody_new() -> None:
    asked = replace(NEW, alike=("65f0",))
    (need,) = plan(asked).tasks
    closed = replace(asked, closed=frozenset({need.identity}))
    (action,) = plan(closed).actions
    assert (action.kind, getattr(action, "alike", None)) == ("party.bring", True)
    assert plan(replace(closed, alike=("65f0", "65f1"))).tasks != ()
    assert getattr(plan(NEW).actions[0], "alike", None) is False


@pytest.mark.parametrize(
    ("setting", "takes"),
    [
        ({"betnr": ("all",)}, True),
        ({"betnr": ("7", "8")}, True),
        ({"betnr": ("8",)}, False),
        ({"rechtsform": ("gmbh & co.  kg",)}, True),
        ({"rechtsform": ("GmbH",)}, False),
        ({"changed_since": ("2026-02-01",)}, True),
        ({"changed_since": ("2026-02-03",)}, False),
        ({"betnr": ("7",), "changed_since": ("2026-02-03",)}, False),
    ],
)
def test_who_is_wanted(setting: dict[str, tuple[str, ...]], takes: bool) -> None:
    wanted = Wanted.of_setting(setting, "rechtsform")
    assert wanted is not None
    assert wanted.takes(party(Rechtsform="GmbH & Co. KG", geaendertAm="2026-02-02T12:00:00")) is takes


def test_who_was_never_dated_was_not_changed_since() -> None:
    wanted = Wanted.of_setting({"changed_since": ("2020-01-01",)}, "rechtsform")
    assert wanted is not None
    assert not wanted.takes(party())
    assert Wanted.of_setting({}, "rechtsform") is None


@pytest.mark.parametrize(
    ("data", "company"),
    [
        ({}, False),
        ({"rechtsform": "GmbH"}, True),
        ({"rechtsform": "GmbH", "vorname": "Almut"}, False),
        ({"rechtsform": "GmbH", "geburtsdatum": "0001-01-01T00:00:00", "anrede": "Firma"}, True),
        ({"rechtsform": "Natürliche Person"}, False),
        ({"rechtsform": "Personengesellschaft"}, True),
        ({"rechtsform": "Einzelperson"}, False),
    ],
)
def test_persons_and_companies_are_told_apart(data: dict[str, Any], company: bool) -> None:
    assert is_company(party(**data), Rules()) is company
