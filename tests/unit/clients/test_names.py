"""Names of the CRM's own: exchanged both ways, and none of theirs is taken for one of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.clients.espocrm.names import Names

NAMES = Names(
    {"CDokumente": "Akt", "CBeteiligte": "Person"},
    {"CDokumente.dokument": "datei", "CDokumente.xaiId": "kiDatei", "CDokumente.syncStatus": "xaiId",
     "CBeteiligte.emailAddress": "post", "CDokumente.accounts": "kunden"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("CDokumente", "Akt"),
        ("CDokumente/65f0", "Akt/65f0"),
        ("CDokumente/65f0/accounts", "Akt/65f0/kunden"),
        ("CBeteiligte/65f0/accounts", "Person/65f0/accounts"),
        ("Attachment/file/dokument", "Attachment/file/dokument"),
        ("Webhook", "Webhook"),
    ],
)
def test_paths(ours: str, theirs: str) -> None:
    assert NAMES.path(ours) == theirs


@pytest.mark.parametrize(
    ("entity_type", "ours", "theirs"),
    [
        ("CDokumente", "dokumentId", "dateiId"),
        ("CDokumente", "dokumentName", "dateiName"),
        ("CDokumente", "dokument", "datei"),
        ("CDokumente", "xaiId", "kiDatei"),
        ("CDokumente", "syncStatus", "xaiId"),
        ("CDokumente", "name", "name"),
        ("CBeteiligte", "emailAddressData", "postData"),
        ("CBeteiligte", "dokumentId", "dokumentId"),
    ],
)
def test_attributes_follow_their_field(entity_type: str, ours: str, theirs: str) -> None:
    assert NAMES.attribute(entity_type, ours) == theirs
    assert NAMES.our_attribute(entity_type, theirs) == ours


def test_what_only_bears_one_of_our_names_is_not_seen() -> None:
    there = {
        "dokumentId": "another file",
        "dateiId": "a1",
        "syncStatus": "of their own",
        "xaiId": "clean",
        "kiDatei": "f",
    }
    assert NAMES.read("CDokumente", there) == {"dokumentId": "a1", "syncStatus": "clean", "xaiId": "f"}


def test_entity_types_that_are_values_and_events_are_exchanged_too() -> None:
    assert NAMES.sent("Task", {"parentType": "CDokumente", "parentId": "1"}) == {"parentType": "Akt", "parentId": "1"}
    assert NAMES.read("Task", {"parentType": "Akt", "parentId": None}) == {"parentType": "CDokumente", "parentId": None}
    assert NAMES.event("CDokumente.update") == "Akt.update"
    assert NAMES.our_event("Akt.update") == "CDokumente.update"
    assert NAMES.our_event("Lead.update") == "Lead.update"


OURS = st.sampled_from(["id", "name", "dokumentId", "dokumentName", "xaiId", "syncStatus", "md5sum", "modifiedAt"])


@given(st.dictionaries(OURS, st.text(max_size=3)))
def test_what_was_sent_is_read_again(fields: dict[str, object]) -> None:
    assert NAMES.read("CDokumente", NAMES.sent("CDokumente", fields)) == fields
    assert Names().read("CDokumente", fields) == Names().sent("CDokumente", fields) == fields
