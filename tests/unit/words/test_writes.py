"""Every write of every flow that the journal may name, found by itself: declared once, used, told in German."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import translation

from syncapp.flows.collections.mapping import Proposal
from syncapp.flows.differences import How
from syncapp.models import JournalAction, OrphanWhy, Seen
from syncapp.words.journal_words import detail_in_words, write_in_words, writes
from tests.unit.words import declared

WRITES = {member: kind for kind in declared.classes(JournalAction) for member in kind}  # type: ignore[attr-defined]


def test_every_flow_that_writes_declares_it_once() -> None:
    modules = {kind.__module__.split(".")[2] for kind in WRITES.values()}
    assert modules >= {"documents", "collections", "beteiligte", "bankverbindungen", "tasks", "calendar"}
    assert [name for name, times in Counter(map(str, WRITES)).items() if times > 1] == []
    assert set(writes()) == set(map(str, WRITES))
    assert max(map(len, writes())) <= 40  # the column


@pytest.mark.parametrize("write", WRITES, ids=str)
def test_a_write_is_made_and_told_in_german(write: JournalAction) -> None:
    assert f"{type(write).__name__}.{write.name}" in declared.members_in_flows()
    with translation.override("en"):
        english = write_in_words(str(write))
    with translation.override("de"):
        assert write_in_words(str(write)) not in (english, str(write))


@pytest.mark.parametrize("member", [*How, *OrphanWhy, *Seen], ids=str)
def test_what_is_kept_beside_is_told_in_german(member: How | OrphanWhy | Seen) -> None:
    with translation.override("en"):
        english = str(member.label)
    with translation.override("de"):
        assert str(member.label) != english


def test_an_unknown_name_is_shown_as_it_was_kept() -> None:
    assert write_in_words("attach_by_former_hub") == "attach_by_former_hub"
    assert detail_in_words("found later") == "found later"  # before 1.0
    assert detail_in_words("xai: Rejected, HTTP 422") == "xai: Rejected, HTTP 422"
    with translation.override("de"):
        assert detail_in_words(Seen.LATER) == "später gefunden"


def test_what_staff_are_asked_is_a_reason_of_the_list() -> None:
    assert set(map(str, Proposal)) <= set(OrphanWhy.values)
