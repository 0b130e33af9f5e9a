"""Listings against a small CRM that pages, filters and orders as the real one, and changes between the pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from hypothesis import given, settings
from hypothesis import strategies as st
from requests import PreparedRequest

from syncapp.clients.errors import UnexpectedAnswer
from syncapp.clients.espocrm import EspoClient, EspoConfig
from tests.unit.clients.conftest import API, CRM

Rows = dict[str, int | None]  # ids, and the seconds after START of their last changes
START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
COMPARE: dict[str, Callable[[str | None, str], bool]] = {
    "isNull": lambda have, _want: have is None,
    "equals": lambda have, want: have is not None and have == want,
    "greaterThan": lambda have, want: have is not None and have > want,
    "greaterThanOrEquals": lambda have, want: have is not None and have >= want,
}


def at(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


class Crm:
    """Of rows that were put into the database past the CRM no date is known."""

    def __init__(self, rows: Rows, between: Callable[[Rows], None] = lambda _: None) -> None:
        self.rows, self.between, self.pages = rows, between, 0

    def __call__(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        query = dict(parse_qsl(urlsplit(str(request.url)).query))
        if self.pages:
            self.between(self.rows)
        self.pages += 1
        found = [{"id": key, "modifiedAt": None if second is None else at(second)} for key, second in self.rows.items()]
        for number in range(9):
            if kind := query.get(f"where[{number}][type]"):
                name, want = query[f"where[{number}][attribute]"], query.get(f"where[{number}][value]", "")
                found = [row for row in found if COMPARE[kind](row[name], want)]
        found.sort(key=lambda row: (row[query["orderBy"]] or "", row["id"]))
        start, size = int(query["offset"]), int(query["maxSize"])
        assert size <= 200
        return 200, {}, json.dumps({"total": -2, "list": found[start : start + size]})


@contextmanager
def client_of(crm: Any, size: int = 3) -> Iterator[EspoClient]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        for path in ("CDokumente", "Account", "Account/1/dokumentes"):
            web.add_callback("GET", f"{API}/{path}", crm)
        yield EspoClient(EspoConfig(CRM, "k", page_size=size))


IDS = st.text("abcdef0123", min_size=1, max_size=4)
ROWS = st.dictionaries(IDS, st.none() | st.integers(0, 4), max_size=25)
DATED = st.dictionaries(IDS, st.integers(0, 4), max_size=25)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, since=st.none() | st.integers(-1, 5), size=st.integers(1, 5))
def test_all_changes_come_once_and_in_order(rows: Rows, since: int | None, size: int) -> None:
    with client_of(Crm(rows), size) as espo:
        moment = None if since is None else START + timedelta(seconds=since)
        stamps = list(espo.changed_since("CDokumente", moment))
    expected = {key for key, second in rows.items() if since is None or (second is not None and second >= since)}
    assert sorted(stamp.id for stamp in stamps) == sorted(expected)
    assert [stamp.modified_at for stamp in stamps] == sorted(stamp.modified_at for stamp in stamps)


@settings(max_examples=60, deadline=None)
@given(rows=DATED, touched=st.lists(IDS, max_size=30), size=st.integers(1, 4))
def test_nothing_is_missed_while_records_change(rows: Rows, touched: list[str], size: int) -> None:
    untouched = set(rows) - set(touched)
    queue = list(touched)

    def between(live: Rows) -> None:
        if queue:
            live[queue.pop()] = 9

    with client_of(Crm(dict(rows), between), size) as espo:
        changed = [stamp.id for stamp in espo.changed_since("CDokumente", START)]
    queue = list(touched)
    with client_of(Crm(dict(rows), between), size) as espo:
        listed = [document.id for document in espo.all_documents()]
    assert untouched <= set(changed)
    assert all(changed.count(key) == 1 for key in untouched)
    assert untouched <= set(listed)
    assert len(listed) == len(set(listed))


@settings(max_examples=30, deadline=None)
@given(rows=ROWS, size=st.integers(1, 5))
def test_every_listing_is_complete_and_in_order(rows: Rows, size: int) -> None:
    with client_of(Crm(rows), size) as espo:
        assert [document.id for document in espo.all_documents()] == sorted(rows)
        assert [parent.id for parent in espo.all_parents("Account")] == sorted(rows)
        assert list(espo.linked_document_ids("Account", "1", "dokumentes")) == sorted(rows)


def test_a_server_that_ignores_conditions_does_not_page_forever() -> None:
    def deaf(_: PreparedRequest) -> tuple[int, dict[str, str], str]:
        return 200, {}, json.dumps({"list": [{"id": "a", "modifiedAt": at(0)}, {"id": "b", "modifiedAt": at(1)}]})

    with client_of(deaf, 2) as espo:
        with pytest.raises(UnexpectedAnswer):
            list(espo.all_documents())
        with pytest.raises(UnexpectedAnswer):
            list(espo.changed_since("CDokumente", START - timedelta(days=1)))


@pytest.mark.parametrize("answer", [{"total": 0}, {"list": None}, {"list": [1]}, [], {"list": [{"id": "a"}]}])
def test_a_list_that_is_none_is_unexpected(answer: object) -> None:
    with client_of(lambda _: (200, {}, json.dumps(answer))) as espo, pytest.raises(UnexpectedAnswer):
        list(espo.changed_since("CDokumente"))


def test_stamps_carry_what_was_selected() -> None:
    row = {"id": "a", "modifiedAt": at(0), "betnr": 5}
    with client_of(lambda _: (200, {}, json.dumps({"list": [row]}))) as espo:
        (stamp,) = espo.changed_since("Account", START, select=["betnr"])
    assert stamp.values["betnr"] == 5


def test_a_time_without_zone_is_the_callers_mistake() -> None:
    with client_of(Crm({})) as espo, pytest.raises(ValueError, match="zone"):
        list(espo.changed_since("Account", datetime(2026, 3, 1)))
