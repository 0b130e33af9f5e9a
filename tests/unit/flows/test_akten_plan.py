"""Which Akte a case is, as tables: Aktenzeichen in one form, and what follows from what was read."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.engine.runs.planning import Settled, Skipped
from syncapp.flows.akten.flow import REASONS
from syncapp.flows.akten.mapping import Agreed, Why, canonical
from syncapp.flows.akten.plan import MOST_SHOWN, Akte, CaseState, WriteNumber, plan
from syncapp.models import Reason, TaskKind
from syncapp.words.task_texts import WORDS

READ = {
    "123/26": "123/2026",
    "0123/2026": "123/2026",
    "123/26-SB": "123/2026",
    "123/26 SB": "123/2026",
    "123/26 – Mü": "123/2026",
    " 123 / 26 ": "123/2026",
    "123\u00a0/\u00a026": "123/2026",
    "Az. 123/26": "123/2026",
    "AZ: 0123/26-SB": "123/2026",
    "az123/26": "",
    "az 123/26": "123/2026",
    "Aktenzeichen: 123/26": "123/2026",
    "123/26\u200b": "123/2026",
    "１２３／２６": "123/2026",
    "7/99": "7/1999",
    "7/1999": "7/1999",
    "7/70": "7/1970",
    "7/69": "7/2069",
    "000007/05": "7/2005",
}
UNREADABLE = (
    *("", "folgt", "123", "123-26", "123/6", "123/026", "123/02026", "/26", "0/26", "123/1969", "123/2070"),
    *("21 C 114/26", "12 O 71/26", "123/26 und 124/26", "123/26, 124/26", "123/26-1", "123/26-SB-2", "1234567/26"),
    *("123/26 (alt)", "Nr. 123/26", "123/26/1", "123.26", "-123/26", "١٢٣/٢٦", "123/26 Sachbearbeiter"),
)


@pytest.mark.parametrize(("typed", "meant"), READ.items())
def test_an_aktenzeichen_has_one_form(typed: str, meant: str) -> None:
    assert canonical(typed) == meant


@pytest.mark.parametrize("typed", UNREADABLE)
def test_anything_else_is_never_guessed(typed: str) -> None:
    assert canonical(typed) == ""


numbers, years = st.integers(1, 999_999), st.integers(1970, 2069)
blanks = st.sampled_from(["", " ", "\u00a0", "  "])


@st.composite
def spelled(draw: st.DrawFn, number: int, year: int) -> str:
    digits = str(number).zfill(draw(st.integers(1, 6)))
    written = str(year) if draw(st.booleans()) else f"{year % 100:02}"
    before = draw(st.sampled_from(["", "Az. ", "az: ", "AZ.:", "Aktenzeichen "]))
    behind = draw(st.sampled_from(["", "-SB", " - mü", "–AP", " JH"]))
    return f"{draw(blanks)}{before}{digits}{draw(blanks)}/{draw(blanks)}{written}{behind}{draw(blanks)}"


@given(st.data(), numbers, years)
def test_every_spelling_means_the_same_and_only_that(data: st.DataObject, number: int, year: int) -> None:
    found = canonical(data.draw(spelled(number, year)))
    assert found == f"{number}/{year}"
    assert canonical(found) == found


@given(st.one_of(st.text(max_size=30), st.from_regex(r"[0-9azAZ./ -]{0,16}", fullmatch=True)))
def test_whatever_is_typed_is_one_form_or_nothing(typed: str) -> None:
    found = canonical(typed)
    assert not found or re.fullmatch(r"[1-9][0-9]{0,5}/(19[7-9][0-9]|20[0-6][0-9])", found)
    assert canonical(found) == found


A, B = Akte("9001", "0123/2026"), Akte("9002", "123/26-MS")


def case(akte_id: str = "", reference: str = "", *found: Akte, **more: Any) -> CaseState:
    return CaseState(akte_id=akte_id, reference=reference, found=found, **more)


# Of each: the Akte's number that is written, the kind of the task, the case's Akte.
DECIDED = {
    "one": (case("", "123/26", A), "9001", "", A),
    "one, spelled otherwise": (case("", "Az. 123/2026-AP", B), "9002", "", B),
    "several": (case("", "123/26", A, B), "", "matter_ambiguous", None),
    "none": (case("", "123/26"), "", "matter_missing", None),
    "a court's": (case("", "21 C 114/26"), "", "matter_unreadable", None),
    "its number": (case("9001", "123/26", A), "", "", A),
    "its number alone": (case("9001", "", A), "", "", A),
    "its number, an unreadable Aktenzeichen": (case("9001", "21 C 114/26", A), "", "matter_unreadable", A),
    "a number that is none": (case("4711", "123/26"), "", "matter_missing", None),
    "another Akte's number": (case("9001", "124/26", A), "", "matter_differs", A),
    "an Akte without Aktenzeichen": (case("9001", "123/26", Akte("9001", "")), "", "matter_differs", Akte("9001", "")),
}


@pytest.mark.parametrize(("state", "written", "task", "akte"), DECIDED.values(), ids=DECIDED)
def test_what_is_written_and_what_a_person_must_do(state: CaseState, written: str, task: str, akte: Akte) -> None:
    decided = plan(state)
    assert decided.actions == ((WriteNumber(written),) if written else ())
    assert [need.kind for need in decided.tasks] == ([task] if task else [])
    assert isinstance(decided.ending, Settled)  # with a task too: what the hub may do is done
    agreed = Agreed.from_json(decided.ending.agreed or {})
    assert agreed.task.partition(":")[0] == task
    assert agreed.akte == (state.akte_id or written)
    assert state.akte == akte


@pytest.mark.parametrize("state", [state for state, *_ in DECIDED.values() if state.akte_id])
def test_a_number_that_stands_there_is_never_overwritten(state: CaseState) -> None:
    assert plan(state).actions == ()


NOTHING_TO_DO = {
    Why.ENTITY_GONE: case("9001", "123/26", A, gone=True),
    Why.NO_FIELD: case("", "123/26", A, lacking=("advowareAkteId",)),
    Why.RESTING: case("", "123/26", A, resting=True),
    Why.NO_REFERENCE: case(),
}


@pytest.mark.parametrize(("why", "state"), NOTHING_TO_DO.items())
def test_where_nothing_is_to_be_done_the_reason_has_words(why: Why, state: CaseState) -> None:
    decided = plan(state)
    assert (type(decided.ending), decided.actions, decided.tasks) == (Skipped, (), ())
    assert decided.ending.reason == why  # type: ignore[union-attr]
    assert why in REASONS or why in Reason.values


def test_a_task_names_what_was_sought_and_what_was_found() -> None:
    (need,) = plan(case("", "123/26", A, B)).tasks
    assert need.facts == (
        ("aktenzeichen", "123/26", ""),
        ("Akte", "", "9001 (0123/2026)"),
        ("Akte", "", "9002 (123/26-MS)"),
    )
    (need,) = plan(case("4711", "123/26")).tasks
    assert need.facts == (("advowareAkteId", "4711", ""), ("aktenzeichen", "123/26", ""))
    (need,) = plan(case("9001", "124/26", A)).tasks
    assert (need.target_id, need.facts) == ("9001", (("aktenzeichen", "124/26", "0123/2026"),))
    many = [Akte(str(number), "123/26") for number in range(50)]
    assert len(plan(case("", "123/26", *many)).tasks[0].facts) == MOST_SHOWN + 1


def test_every_task_of_it_has_words() -> None:
    assert {kind for kind in TaskKind if kind.startswith("matter_")} == {
        need.kind for state, *_ in DECIDED.values() for need in plan(state).tasks
    }
    assert all(kind in WORDS for kind in TaskKind if kind.startswith("matter_"))
