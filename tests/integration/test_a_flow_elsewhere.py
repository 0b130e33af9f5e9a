"""A flow is a folder: `tests/followups` is one, and one line of settings is all that makes it part of the hub."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from django.core import checks
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.models import OrmQ, Schedule
from django_q.signing import SignedPackage
from django_redis import get_redis_connection

from syncapp import schedules
from syncapp.admin.machinery import picture
from syncapp.events import registry, running
from syncapp.events.intake import Arrival, receive
from syncapp.models import JournalEntry, Record, ScanRun, ScanState, Status
from syncapp.people import undos
from syncapp.words.field_words import field_in_words
from syncapp.words.plan_words import in_words
from tests.events import carried
from tests.followups.flow import CASE, FOLLOWUP_SYNC
from tests.integration.admin import rows
from tests.world import World


@pytest.fixture
def line(settings: Any) -> None:
    """The one line of settings."""
    settings.HUB_FLOWS = ("tests.followups",)


@pytest.fixture
def world(world: World, line: None) -> World:
    """At a firm whose tasks need nobody."""
    world.sandbox.settings(espocrm_changed={"Task.assignedUser": {"required": False}})
    return world


def webhook(pk: str, action: str = "update") -> None:
    receive(Arrival("raeumungsklage", CASE, action, "test", json.dumps([{"id": pk}]).encode(), "test"))


def task_names(world: World) -> list[str]:
    return sorted(row["name"] for row in world.sandbox.state("espocrm")["records"].get("Task", []))


def queued() -> list[dict[str, Any]]:
    carried()
    broker = get_broker()
    if isinstance(broker, ORM):
        return [row.task for row in OrmQ.objects.all()]
    return [SignedPackage.loads(task) for task in get_redis_connection("default").lrange(broker.list_key, 0, -1)]


def of_case(pk: str) -> Record:
    return Record.objects.get(step=FOLLOWUP_SYNC, entity_id=pk)


def test_without_the_line_there_is_none_of_it(db: None) -> None:
    assert FOLLOWUP_SYNC not in {spec.name for spec in registry.steps()}
    assert "followup_sync" not in registry.subscribers("vmh.raeumungsklage.update")


def test_a_webhook_makes_the_task_once(world: World) -> None:
    pk = world.parent(aktenzeichen="12 C 34/26")
    for _ in range(2):
        webhook(pk)
        world.drive()
    assert of_case(pk).status == Status.IN_SYNC
    assert task_names(world) == ["Fristen prüfen: 12 C 34/26"]
    assert JournalEntry.objects.get(record=of_case(pk)).action == "create_followup"


def test_a_change_is_shown_as_a_plan_written_and_may_be_undone(world: World) -> None:
    pk = world.parent(aktenzeichen="12 C 34/26")
    webhook(pk, "create")
    world.drive()
    world.sandbox.update(CASE, pk, {"aktenzeichen": "7 T 8/26"})
    (action,) = running.preview(of_case(pk)).actions
    assert in_words(action) == f"rename the task {of_case(pk).agreed['task']}"
    webhook(pk)
    world.drive()
    assert task_names(world) == ["Fristen prüfen: 7 T 8/26"]
    renamed = JournalEntry.objects.get(action="rename_followup")
    assert undos.undoable(renamed)
    assert not undos.undoable(JournalEntry.objects.get(action="create_followup"))


def test_its_comparison_finds_what_no_event_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    pk = world.parent(aktenzeichen="12 C 34/26")
    with pytest.raises(SystemExit):
        call_command("compare", "--scan", "followups", "--format", "json")
    assert [row["entity_id"] for row in json.loads(capsys.readouterr().out)] == [pk]
    schedules.ensure()
    row = Schedule.objects.get(name="hub.scan_followups")
    import_string(row.func)(*ast.literal_eval(row.args))
    world.drive()
    assert task_names(world) == ["Fristen prüfen: 12 C 34/26"]
    assert set(Record.objects.filter(entity_id=pk).values_list("step", flat=True)) == {FOLLOWUP_SYNC}
    done = ScanRun.objects.get(scan="followups")
    assert (done.state, done.seen, done.differing, done.requested) == (ScanState.DONE, 1, 1, 1)
    call_command("compare", "--scan", "followups")
    assert "Nothing differs (1 looked at)." in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.usefixtures("line")
class TestItShows:
    def test_among_the_steps(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("steps", "--format", "json")
        steps = {row["name"]: row for row in json.loads(capsys.readouterr().out)["steps"]}
        mine = steps[FOLLOWUP_SYNC]
        assert (mine["flows"], mine["timeout_seconds"], mine["systems"]) == (["followups"], 30, ["espocrm"])
        assert ("schedule", "20 5 * * *") in {(each["kind"], each["value"]) for each in mine["triggers"]}
        call_command("steps", "--format", "mermaid")
        assert "raeumungsklage_webhook -->" in capsys.readouterr().out

    def test_in_the_picture_and_on_the_pages(self, client: Client) -> None:
        drawn = picture.draw(picture.step_views())
        assert "Cases" in {box.title for box in drawn.boxes}
        schedules.ensure()
        client.force_login(rows.user("erika", rows.CARE))
        for page in ("hub_steps", "hub_schedules"):
            assert "court case" in client.get(reverse(f"admin:{page}")).content.decode()
        with translation.override("en"):
            assert field_in_words("aktenzeichen") == "File number"

    def test_without_a_finding_of_the_checks(self) -> None:
        assert [each for each in checks.run_checks() if each.is_serious(checks.ERROR)] == []
        assert FOLLOWUP_SYNC not in str([each.msg for each in checks.run_checks()])

    def test_its_time_out_is_that_of_its_task(self, django_capture_on_commit_callbacks: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):  # Redis gets its tasks with the commit
            webhook("65f0c0ffee0000001")
        tasks = {task["args"]: task.get("timeout") for task in queued()}
        mine = Record.objects.get(step=FOLLOWUP_SYNC)
        assert tasks[(mine.pk,)] == 30
        others = Record.objects.exclude(pk=mine.pk)
        assert all(tasks[(other.pk,)] is None for other in others)
        assert others.exists()
