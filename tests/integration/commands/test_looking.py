"""Commands that look: `compare`, `check_connections`, `steps`, and locks that are released."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import locks
from syncapp.engine.recovery import guards
from syncapp.models import Reason, Record, ScanRun, StaffAction, Status
from tests.integration.admin import rows
from tests.world import World, configured

# compare


def test_compare_prints_what_differs_and_changes_nothing(world: World, run: Any) -> None:
    parent = world.parent()
    document = world.document(parent)
    before = world.mark()
    code, said = run("compare", "--format", "json")
    found = json.loads(said)
    assert code == 1
    assert {"collection_sync", "document_sync"} >= {each["step"] for each in found}
    assert parent in {each["entity_id"] for each in found}
    assert world.writes(before) == []
    assert (Record.objects.count(), ScanRun.objects.count()) == (0, 0)
    world.event(document)
    world.event(parent, "Raeumungsklage")
    world.drive()
    code, said = run("compare")
    assert (code, said.startswith("Nothing differs")) == (0, True)


def test_compare_of_changes_as_a_table(world: World, run: Any) -> None:
    document = world.document(world.parent())
    code, said = run("compare", "--scan", "changes")
    assert code == 1
    assert re.search(rf"document_sync +CDokumente +{document} +\w", said)
    assert said.rstrip().splitlines()[-1].startswith("1 difference in ")


def test_compare_without_an_answer_is_neither_0_nor_1(world: World, run: Any) -> None:
    world.sandbox.settings(espocrm_maintenance=True)
    code, said = run("compare")
    assert code == 4
    assert "Maintenance" in said


# locks


@pytest.mark.django_db
def test_a_lock_is_listed_and_released(run: Any) -> None:
    assert "No lock is held" in run("release_lock", "--list")[1]
    locks.acquire("xai_file:1", "token", "worker", timedelta(minutes=30))
    record = rows.record(Status.RUNNING)
    listed = run("release_lock", "--list")[1]
    for key in (record.lock_key, "xai_file:1"):
        assert key in listed
        assert run("release_lock", key, "--yes") == (0, f"Released {key}.\n")
        assert run("release_lock", key, "--yes")[0] == 1
        action = StaffAction.objects.latest("pk")
        assert (action.via, action.action, action.target_id, action.count) == ("command", "release_lock", key, 1)
    assert guards.held() == ([], True)
    record.refresh_from_db()
    assert (record.status, record.reason) == (Status.WAITING, Reason.LOCK_RELEASED)


@pytest.mark.django_db
def test_a_no_keeps_the_lock(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    locks.acquire("a:b:c", "token", "worker", timedelta(minutes=30))
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert run("release_lock", "a:b:c")[0] == 1
    assert [lock.key for lock in locks.held()[0]] == ["a:b:c"]
    assert StaffAction.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("args", [(), ("key", "--list")])
def test_release_lock_wants_one_of_the_two(run: Any, args: tuple[str, ...]) -> None:
    assert run("release_lock", *args)[0] == 2


# steps


@pytest.mark.django_db
def test_steps_in_three_forms(run: Any) -> None:
    code, said = run("steps")
    assert code == 0
    assert re.search(r"document_sync +documents +vmh\.document\.\*", said)
    picture = run("steps", "--format", "mermaid")[1]
    assert picture.startswith("flowchart LR\n")
    assert 'document_webhook -->|"vmh.document.*"| document_sync' in picture
    assert run("steps", "--format", "json") == run("steps", "--json")
    rows = json.loads(run("steps", "--json")[1])["steps"]
    assert next(row for row in rows if row["name"] == "document_sync")["systems"] == ["espocrm", "xai"]


# check_connections


def test_all_is_well(world: World, run: Any) -> None:
    code, said = run("check_connections")
    assert code == 0
    assert re.search(r"ok +xai +answers and knows our key +\d+ +ok", said)
    assert "lacks dateiStatus" in said  # an old name; good to know, no trouble


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("CDokumente.xaiSyncedHash", "lacks the fields xaiSyncedHash"),
        ("Account.xaiCollectionId", "lacks the fields xaiCollectionId"),
        ("CDokumente.accounts", "no link to it"),
    ],
)
def test_what_the_crm_lacks_is_named(world: World, run: Any, missing: str, words: str) -> None:
    world.sandbox.settings(espocrm_missing=[missing])
    code, said = run("check_connections")
    assert code == 1
    (line,) = (line for line in said.splitlines() if line.startswith("TROUBLE"))
    assert words in line
    EspoClient.metadata_cache.clear()


def test_a_refused_key_is_trouble_and_is_not_printed(world: World, run: Any) -> None:
    with configured(XAI_API_KEY="xai-very-secret-key"):
        code, said = run("check_connections")
    assert code == 1
    assert re.search(r"TROUBLE +xai +answers and knows our key +(\d+ +)?xai: Unauthorized", said)
    assert "very-secret" not in said


@pytest.mark.django_db
def test_nothing_configured_is_trouble(run: Any) -> None:
    assert run("check_connections")[0] == 1
