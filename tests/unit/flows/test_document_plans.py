"""The decisions about documents, as tables. No database, no HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.clients.espocrm import FIELDS, EspoDocument, EspoMember
from syncapp.clients.xai import IndexStatus
from syncapp.engine.runs.planning import Failed, Postponed, Settled, Skipped
from syncapp.flows.documents import telling
from syncapp.flows.documents.actions import Attach, Detach, Join, Tell
from syncapp.flows.documents.agreement import Agreed, Content, Progress, Unfit
from syncapp.flows.documents.plan import plan
from syncapp.flows.documents.reasons import Why
from syncapp.flows.documents.remembering import document_kept, parents_kept, parents_of
from syncapp.flows.documents.state import DocumentState, Membership
from syncapp.flows.parents import Life, Parent, life_of
from syncapp.words.reason_words import reasons

DONE, GOING, BROKEN = IndexStatus.PROCESSED, IndexStatus.PROCESSING, IndexStatus.FAILED
CONTENT = Content("file_1", "att1", "m1", "s1")


def document(**changes: Any) -> EspoDocument:
    raw = {
        "id": "d1",
        "name": "Vertrag",
        "dokumentId": "att1",
        "dokumentName": "vertrag.pdf",
        "md5sum": "m1",
        "sha256": "s1",
        "fileStatus": "synced",
        "xaiId": "file_1",
        "xaiCollections": ["c1"],
        "xaiSyncedHash": "m1",
        "xaiSyncStatus": "clean",
        "xaiSyncError": None,
        **changes,
    }
    return EspoDocument.from_api(raw)


def parent(collection: str = "c1", life: Life = Life.ACTIVE) -> Parent:
    return Parent("Raeumungsklage", f"p-{collection}", life, collection)


def state(**changes: Any) -> DocumentState:
    usual: dict[str, Any] = {
        "document": document(),
        "parents": (parent(),),
        "memberships": frozenset({Membership("c1", "file_1")}),
        "content": CONTENT,
        "indexed": {"c1": DONE},
    }
    usual |= {"recorded": changes.get("memberships", usual["memberships"])}
    return DocumentState(**(usual | changes))


UPLOAD = {"kind": "document.upload"}


def ask(entity_id: str) -> dict[str, Any]:
    return {"kind": "document.ask_for_collection", "entity_type": "Raeumungsklage", "entity_id": entity_id}


def attach(collection: str, *, again: bool = False) -> dict[str, Any]:
    return {"kind": "document.attach_again" if again else "document.attach", "collection_id": collection}


def join(collection: str) -> dict[str, Any]:
    return {"kind": "document.join", "collection_id": collection}


def detach(file: str, collection: str) -> dict[str, Any]:
    return {"kind": "document.detach", "file_id": file, "collection_id": collection}


def tell(*fields: str) -> dict[str, Any]:
    return {"kind": "document.tell", "fields": list(fields)}


UNSYNCED = document(xaiId=None, xaiCollections=None, xaiSyncedHash=None, xaiSyncStatus=None, fileStatus="new")


@pytest.mark.parametrize(
    ("given_state", "actions", "ending"),
    [
        pytest.param(state(), [], Settled, id="in sync: nothing"),
        pytest.param(state(untouched=True, parents=()), [], Settled, id="untouched: nothing, whatever was not read"),
        pytest.param(
            state(document=UNSYNCED, content=None, indexed={}, memberships=frozenset()),
            [
                UPLOAD,
                attach("c1"),
            ],
            Why.INDEXING,
            id="new",
        ),
        pytest.param(
            state(document=document(dokumentId="att2", md5sum="m2"), content=None, indexed={}),
            [
                UPLOAD,
                attach("c1"),
                detach("file_1", "c1"),
            ],
            Why.INDEXING,
            id="changed content leaves the old file behind",
        ),
        pytest.param(
            state(parents=(parent(), parent("c2"))),
            [attach("c2")],
            Why.INDEXING,
            id="a second parent",
        ),
        pytest.param(
            state(parents=(parent("c2"),), indexed={"c2": DONE}),
            [join("c2"), detach("file_1", "c1"), tell("xaiCollections")],
            Settled,
            id="moved, and there already by another with the same bytes",
        ),
        pytest.param(state(recorded=frozenset()), [join("c1")], Settled, id="there, and our table does not know it"),
        pytest.param(
            state(recorded=frozenset(), indexed={"c1": GOING}),
            [join("c1")],
            Why.INDEXING,
            id="another with the same bytes is just being indexed",
        ),
        pytest.param(
            state(parents=()),
            [detach("file_1", "c1"), tell("xaiCollections", "xaiSyncStatus")],
            Why.NO_PARENT,
            id="no parent",
        ),
        pytest.param(
            state(document=None), [detach("file_1", "c1")], Why.ENTITY_GONE, id="deleted: taken out, nobody told"
        ),
        pytest.param(state(parents=(parent(life=Life.PAUSED),)), [], Why.PARENT_PAUSED, id="paused: left alone"),
        pytest.param(
            state(parents=(parent(""),), memberships=frozenset()),
            [ask("p-"), tell("xaiSyncStatus")],
            Why.COLLECTION_PENDING,
            id="the parent has no collection yet",
        ),
        pytest.param(
            state(vanished=frozenset({"c1"}), indexed={}),
            [
                ask("p-c1"),
                detach("file_1", "c1"),
                tell("xaiSyncStatus"),
            ],
            Why.COLLECTION_PENDING,
            id="the collection vanished",
        ),
        pytest.param(
            state(hopeless=True),
            [detach("file_1", "c1"), tell("xaiCollections", "xaiSyncError", "xaiSyncStatus")],
            Why.UNSUPPORTED_TYPE,
            id="replaced by an image",
        ),
        pytest.param(state(indexed={"c1": GOING}), [], Why.INDEXING, id="being indexed, as the first look finds"),
        pytest.param(
            state(indexed={"c1": GOING}, was_indexing=True),
            [tell("xaiSyncStatus")],
            Why.INDEXING,
            id="still being indexed: the CRM is told",
        ),
        pytest.param(
            state(indexed={"c1": BROKEN}),
            [attach("c1", again=True)],
            Why.INDEXING,
            id="failed before, asked again: tried again",
        ),
        pytest.param(
            state(indexed={"c1": BROKEN}, was_indexing=True),
            [tell("xaiSyncError", "xaiSyncStatus")],
            Why.INDEXING_FAILED,
            id="failed just now: a person",
        ),
        pytest.param(
            state(indexed={"c1": GOING}, patience_over=True),
            [tell("xaiSyncError", "xaiSyncStatus")],
            Why.INDEXING_FAILED,
            id="indexing for a day: a person",
        ),
        pytest.param(
            state(indexed={"c1": GOING}, given_up=True),
            [attach("c1", again=True)],
            Why.INDEXING,
            id="indexing for a day, asked again: tried again",
        ),
    ],
)
def test_plans(given_state: DocumentState, actions: list[dict[str, Any]], ending: Any) -> None:
    made = plan(given_state)
    assert made.stored() == actions
    if ending is Settled:
        assert isinstance(made.ending, Settled)
    else:
        assert isinstance(made.ending, Skipped | Postponed | Failed)
        assert made.ending.reason == ending


collections = st.sampled_from(["c1", "c2", "c3"])
lives = st.sampled_from(list(Life))
states = st.builds(
    DocumentState,
    document=st.sampled_from([None, document(), UNSYNCED, document(dokumentId=None), document(xaiSyncStatus="failed")]),
    hopeless=st.booleans(),
    parents=st.lists(st.builds(parent, st.sampled_from(["", "c1", "c2", "c3"]), lives), max_size=4).map(tuple),
    memberships=st.frozensets(st.builds(Membership, collections, st.sampled_from(["file_1", "file_0"])), max_size=5),
    recorded=st.frozensets(st.builds(Membership, collections, st.sampled_from(["file_1", "file_0"])), max_size=5),
    content=st.sampled_from([None, CONTENT]),
    indexed=st.dictionaries(collections, st.sampled_from(list(IndexStatus)), max_size=3),
    vanished=st.frozensets(collections, max_size=2),
    was_indexing=st.booleans(),
    patience_over=st.booleans(),
    given_up=st.booleans(),
)


@given(states)
def test_no_plan_ever_touches_the_collection_of_a_paused_parent(given_state: DocumentState) -> None:
    if given_state.document is None:
        return
    actions = plan(given_state).actions
    touched = {action.collection_id for action in actions if isinstance(action, Attach | Detach)}
    assert not touched & given_state.left_alone


@given(states)
def test_every_reason_is_one_that_staff_can_read(given_state: DocumentState) -> None:
    ending = plan(given_state).ending
    if not isinstance(ending, Settled):
        assert ending.reason in reasons()


@given(states)
def test_only_what_is_wanted_nowhere_else_is_taken_out(given_state: DocumentState) -> None:
    made = plan(given_state)
    settled = isinstance(made.ending, Settled)
    if settled and given_state.content:
        kept = [detach(given_state.content.file_id, collection) for collection in given_state.wanted]
        assert not [action for action in made.stored() if action in kept]


@given(states)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(given_state: DocumentState) -> None:
    """Apply the plan of a known content to the state by hand; the next plan is empty."""
    made = plan(given_state)
    if not isinstance(made.ending, Settled) or given_state.document is None or given_state.content is None:
        return
    fields = {
        name: value for action in made.actions if isinstance(action, Tell) for name, value in action.values.items()
    }
    told = document(
        xaiId=fields.get(FIELDS.xai_id, given_state.document.xai_id),
        xaiCollections=fields.get(FIELDS.xai_collections, list(given_state.document.xai_collections)),
        xaiSyncedHash=fields.get(FIELDS.xai_synced_hash, given_state.document.xai_synced_hash),
        xaiSyncStatus=fields.get(FIELDS.xai_status, given_state.document.xai_status),
        fileStatus=fields.get(FIELDS.file_status, given_state.document.file_status.value),
    )
    gone = {action.membership for action in made.actions if isinstance(action, Detach)}
    joined = {Membership(each.collection_id, CONTENT.file_id) for each in made.actions if isinstance(each, Join)}
    again = plan(
        replace(
            given_state,
            document=told,
            memberships=given_state.memberships - gone,
            recorded=given_state.recorded | joined,
        )
    )
    assert [action for action in again.stored() if action["kind"] != "document.ask_for_collection"] == []


def test_what_we_remember_survives_the_database_and_garbage_counts_as_nothing() -> None:
    joins = {"id": "j1", "parentId": "p-c3", "documentId": "d1", "xaiId": "", "xaiSyncedHash": "", "syncStatus": "new"}
    joined = replace(parent("c3"), member=EspoMember.from_api(joins))
    since, parents = "2026-01-01T00:00:00+00:00", (parent(), parent("c2", Life.PAUSED), joined)
    progress = Progress(3, ("c1",), since, document_kept(document()), parents_kept(parents, {}))
    assert parents_of(progress.parents) == parents
    full = Agreed(
        CONTENT, ("c1",), Unfit("att1", "too_large"), ("att0", "m0"), progress, True, "2026-01-01T00:00:00+00:00"
    )
    import json

    assert Agreed.from_json(json.loads(json.dumps(full.to_json()))) == full
    for garbage in ({"content": 5}, {"content": {"x": 1}}, {"progress": {}}, {"unfit": ["one"]}, {"old_hash": ["one"]}):
        assert Agreed.from_json(garbage) == Agreed()
    kept_before = {"request_number": 3, "wanted": ["c1"], "since": since}
    assert Agreed.from_json({"progress": kept_before}).progress == Progress(3, ("c1",), since)


@pytest.mark.parametrize("status", ["new", "Geändert", "", None])
@pytest.mark.parametrize("field", ["fileStatus", "dateiStatus"])
def test_a_document_that_is_remembered_is_told_the_same_as_one_that_was_read(field: str, status: str | None) -> None:
    others = {"syncStatus": "pending_sync", "xaiCollections": ["c0"], "xaiId": None, "syncFailedAt": None}
    raw: dict[str, Any] = {"versionNumber": 7, **others, "fileStatus": None, field: status}
    read = document(**raw)
    again = EspoDocument.from_api(document_kept(read))
    kept = [telling.success(each, CONTENT, ["c1"], FIELDS) for each in (read, again)]
    assert kept[0] == kept[1]
    assert telling.changes(read, kept[0], FIELDS) == telling.changes(again, kept[1], FIELDS)
    assert replace(again, name=read.name, file_name=read.file_name) == read


@pytest.mark.parametrize("why", list(Why))
def test_every_why_is_a_reason(why: Why) -> None:
    assert why.value in reasons()


@pytest.mark.parametrize(
    ("status", "configured", "life"),
    [
        ("active", {}, Life.ACTIVE),
        ("", {}, Life.ACTIVE),
        ("Neu", {}, Life.ACTIVE),
        ("Pausiert", {}, Life.PAUSED),
        (" Abgeschlossen ", {}, Life.CLOSED),
        ("won", {"Account": {"closed": ["won"]}}, Life.CLOSED),
        ("won", {"*": {"closed": ["won"]}}, Life.CLOSED),
        ("other", {"Account": {"active": ["open"]}}, Life.PAUSED),
        ("OPEN", {"Account": {"active": ["open"]}}, Life.ACTIVE),
    ],
)
def test_what_a_status_means(status: str, configured: dict[str, Any], life: Life) -> None:
    assert life_of("Account", status, configured) is life


def test_a_crm_that_ignores_a_field_is_found_out() -> None:
    assert telling.not_kept({"a": "x", "b": None, "c": ["2", "1"]}, {"b": "", "c": ["1", "2"]}) == ["a"]
