"""The operators' commands, against the sandbox where they speak to other systems."""

from __future__ import annotations

import json
import re
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import connections, locks
from syncapp.engine.recovery import guards
from syncapp.engine.runs import claims
from syncapp.models import Reason, Record, ScanRun, StaffAction, Status, Urgency
from tests.integration.admin import rows
from tests.world import World, configured

DOCUMENT = ("document_sync", "CDokumente")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command; its exit code and what it said."""

    def run(*args: str) -> tuple[int, str]:
        code = 0
        try:
            call_command(*args)
        except CommandError as exc:
            code = exc.returncode
            print(exc)
        except SystemExit as exc:
            code = int(exc.code or 0)
        return code, capsys.readouterr().out

    return run


# sync


def test_sync_here_brings_a_document_into_agreement(world: World, run: Any) -> None:
    document = world.document(world.parent(xaiCollectionId=""))
    code, said = run("sync", *DOCUMENT, document, "--wait", "--timeout", "0")
    assert code == 3  # its collection is asked for first
    world.drive()
    code, said = run("sync", *DOCUMENT, document, "--wait")
    assert (code, world.record(document).status) == (0, Status.IN_SYNC)
    assert "in sync" in said
    assert world.crm(document)["xaiSyncStatus"] == "clean"
    action = StaffAction.objects.latest("pk")
    assert (action.via, action.action, action.target_id, action.count) == ("command", "look", document, 1)


def test_a_dry_run_shows_the_plan_and_touches_nothing(world: World, run: Any) -> None:
    document = world.document(world.parent())
    before = world.mark()
    code, said = run("sync", *DOCUMENT, document, "--dry-run")
    assert code == 0
    assert "Would be done:" in said
    assert "1. have the collection of Raeumungsklage" in said
    assert "write to the CRM: State at xAI" in said
    assert "Afterwards: waiting: " in said
    assert world.writes(before) == []
    assert (Record.objects.count(), StaffAction.objects.count()) == (0, 0)


def test_a_dry_run_of_a_refused_key_says_so(world: World, run: Any) -> None:
    with configured(ESPOCRM_API_KEY="wrong"):
        code, said = run("sync", *DOCUMENT, "65f0a1b2c3d4e5f60", "--dry-run")
    assert code == 1
    assert "refuses our login" in said
    assert "wrong" not in said


def test_without_wait_a_request_is_left_for_a_worker(world: World, run: Any) -> None:
    document = world.document(world.parent())
    code, said = run("sync", *DOCUMENT, document)
    record = world.record(document)
    assert (code, record.status, record.urgency) == (0, Status.WAITING, Urgency.STAFF)
    assert str(record.pk) in said


def test_what_another_worker_runs_is_waited_for_not_run_twice(world: World, run: Any) -> None:
    document = world.document()
    world.event(document)
    claim = claims.take(world.record(document).pk)
    assert claim is not None
    before = world.mark()
    code, said = run("sync", *DOCUMENT, document, "--wait", "--timeout", "0.5")
    assert (code, world.mark()) == (3, before)
    assert "running" in said
    assert world.record(document).requested == claim.request_number + 1  # and it runs once more afterwards


def test_a_failure_ends_with_1_and_its_reason(world: World, run: Any) -> None:
    world.sandbox.fail_next_indexing(times=5)
    document = world.document(world.parent())
    world.event(document)
    world.drive()
    assert world.record(document).status == Status.FAILED
    world.sandbox.settings(espocrm_denied=["CDokumente.read"])
    code, said = run("sync", *DOCUMENT, document, "--wait")
    assert code == 1
    assert "lacks a right" in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    "args",
    [
        ("no_sync", "CDokumente", "65f"),
        ("document_sync", "Account", "65f"),
        ("document_sync", "CPapier", "65f"),
        ("document_sync", "CDokumente", "../65f"),
    ],
)
def test_what_makes_no_sense_is_refused_with_2(run: Any, args: tuple[str, ...]) -> None:
    assert run("sync", *args)[0] == 2
    assert Record.objects.count() == 0


# retry_failed


def failed(entity_id: str, reason: Reason = Reason.EXHAUSTED, *, hours: float = 0, **more: Any) -> Record:
    moment = timezone.now() - timedelta(hours=hours)
    key = {"step": "document_sync", "entity_type": "CDokumente", "entity_id": entity_id}
    more = {"status": Status.FAILED, "attempts": 5} | more
    return Record.objects.create(**key, reason=reason, created_at=moment, changed_at=moment, **more)


@pytest.mark.django_db
def test_only_what_fits_is_tried_again_and_what_really_moved_is_counted(run: Any) -> None:
    old, rejected, fitting = failed("a", hours=13), failed("b", Reason.REJECTED), failed("c", hours=11)
    conflict = failed("d", status=Status.CONFLICT)
    code, said = run("retry_failed", "--step", "document_sync", "--reason", "exhausted", "--since", "12h")
    assert code == 0
    assert "1 record will be tried again now." in said
    waiting = Record.objects.get(status=Status.WAITING)
    assert (waiting.pk, waiting.attempts) == (fitting.pk, 0)
    assert set(Record.objects.exclude(pk=fitting.pk)) == {old, rejected, conflict}
    assert StaffAction.objects.get().count == 1


@pytest.mark.django_db
def test_a_dry_run_of_retry_only_counts(run: Any) -> None:
    failed("a")
    code, said = run("retry_failed", "--dry-run")
    assert re.search(r"document_sync +exhausted +1", said)
    assert (code, Record.objects.get().status, StaffAction.objects.count()) == (0, Status.FAILED, 0)
    Record.objects.all().delete()
    assert "Nothing failed" in run("retry_failed")[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "args",
    [
        *(("--step", "x"), ("--reason", "x"), ("--since", "x"), ("--since", "2026-13-01"), ("--since", "12x")),
        *(("--since", "0001-01-01"), ("--since", "9999-12-31T23:59-05:00")),
        *(("--step", ""), ("--reason", ""), ("--since", "")),  # an empty variable of a shell does not mean all
    ],
)
def test_retry_with_unknown_words_is_refused(run: Any, args: tuple[str, str]) -> None:
    assert run("retry_failed", *args)[0] == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("since", "moved"), [("2026-01-01", 1), ("2026-01-01T12:30", 1), ("2099-01-01", 0), ("5m", 1)])
def test_moments(run: Any, since: str, moved: int) -> None:
    failed("a")
    run("retry_failed", "--since", since)
    assert Record.objects.filter(status=Status.WAITING).count() == moved


@pytest.mark.django_db
def test_what_a_command_could_not_do_is_on_record_with_the_kind_of_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise OSError("disk full")

    failed("a")
    monkeypatch.setattr("syncapp.engine.queue.retry.retry", full)
    with pytest.raises(OSError, match="disk full"):
        call_command("retry_failed", "--since", "7d")
    action = StaffAction.objects.get()
    assert (action.via, action.count) == ("command", 0)
    assert re.fullmatch(r"OSError .+: 7d", action.detail)


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


# steps and sweep


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


@pytest.mark.django_db
def test_sweep_says_what_it_found(run: Any) -> None:
    failed("a", due_at=timezone.now())
    assert re.search(r"tried once more after a day +1", run("sweep")[1])
    assert Record.objects.get().status == Status.WAITING


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


# register_webhooks

BASE = ("register_webhooks", "--base-url", "https://hub.example.org/")


def registered(world: World) -> dict[str, str]:
    return {hook["event"]: hook["url"] for hook in world.sandbox.state("espocrm")["webhooks"]}


def test_every_entity_and_action_gets_a_webhook_once(world: World, run: Any, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text('A=1\nESPOCRM_WEBHOOK_SECRETS=\'{"mine": "old"}\'\n')
    code, said = run(*BASE, "--write-env", str(env))
    assert code == 0
    hooks = registered(world)
    assert len(hooks) == 15
    assert hooks["CDokumente.update"] == "https://hub.example.org/vmh/webhook/document/update"
    assert StaffAction.objects.get().count == 15
    line, doors = env.read_text().splitlines()[1:3]
    by_id = json.loads(doors.removeprefix("ESPOCRM_WEBHOOK_DOORS=").strip("'"))
    urls = {hook["id"]: hook["url"] for hook in world.sandbox.state("espocrm")["webhooks"]}
    assert by_id == {key: url.removeprefix("https://hub.example.org/vmh/webhook/") for key, url in urls.items()}
    secrets = json.loads(line.partition("=")[2].strip("'"))
    assert len(secrets) == 16
    assert secrets["mine"] == "old"
    assert not any(secret in said for key, secret in secrets.items() if key != "mine")
    assert stat.S_IMODE(env.stat().st_mode) == 0o600

    code, said = run(*BASE, "--write-env", str(env))
    assert (code, len(world.sandbox.state("espocrm")["webhooks"])) == (0, 15)
    assert said.count(" there ") == 15
    assert env.read_text().splitlines()[1] == line
    assert StaffAction.objects.count() == 1


def test_a_dry_run_of_register_creates_nothing(world: World, run: Any) -> None:
    code, said = run(*BASE, "--dry-run", "--show-secrets")
    assert (code, registered(world)) == (0, {})
    assert said.count("would be created") == 15


def test_foreign_webhooks_are_left_alone_and_secrets_shown_only_when_wanted(world: World, run: Any) -> None:
    world.sandbox.preset_webhook("Account.update", "https://elsewhere.example.org/x", id="65ffeed", secret="s3cr3t")
    _, said = run(*BASE)
    assert "foreign (65ffeed): left alone" in said
    assert "ESPOCRM_WEBHOOK_SECRETS='" not in said
    _, said = run(*BASE, "--show-secrets")
    secrets = json.loads(said.partition("ESPOCRM_WEBHOOK_SECRETS='")[2].partition("'")[0])
    made = secrets.keys() - settings.CONFIG.ESPOCRM_WEBHOOK_SECRETS.keys()
    assert len(made) == 15
    assert "s3cr3t" not in said
    with configured(
        ESPOCRM_WEBHOOK_SECRETS={"mine": ("new", "old")}, ESPOCRM_WEBHOOK_DOORS={"mine": "document/update"}
    ):
        _, said = run(*BASE, "--show-secrets")
    shown = dict(line.split("=", 1) for line in said.splitlines() if line.startswith("ESPOCRM_WEBHOOK_"))
    both = [json.loads(shown[f"ESPOCRM_WEBHOOK_{name}"].strip("'")) for name in ("SECRETS", "DOORS")]
    assert (both[0]["mine"], both[1]["mine"]) == (["new", "old"], "document/update")
    assert both[0].keys() == both[1].keys() == made | {"mine"}


def test_the_webhooks_of_an_earlier_hub_are_switched_off_when_ours_are_there(world: World, run: Any) -> None:
    old = "https://old.example.org/api"
    for number, url in enumerate((f"{old}/document", f"{old}/case", "https://old.example.org/apis/x")):
        crm = connections.espocrm()
        crm.create_webhook(("Account.update", "Account.delete", "Account.create")[number], url)
    replace = (*BASE, "--replace", f"{old}/")

    _, said = run(*replace, "--dry-run")
    assert said.count("would be switched off") == 2
    assert {hook.active for hook in connections.espocrm().webhooks()} == {True}

    with configured(WEBHOOK_ENTITIES={"document": "CDokumente", "account": "CUnknown"}):
        assert run(*replace)[0] == 1  # not all of ours are there: nothing is taken from the other one
    assert {hook.active for hook in connections.espocrm().webhooks()} == {True}

    code, said = run(*replace)
    assert (code, said.count("is switched off")) == (0, 2)
    off = {hook.url for hook in connections.espocrm().webhooks() if not hook.active}
    assert off == {f"{old}/document", f"{old}/case"}
    assert "Administration > Webhooks" in said
    assert StaffAction.objects.get(action="switch_webhooks_off").count == 2
    assert "Switched off: 0 webhooks" in run(*replace)[1]


def test_a_refused_webhook_does_not_cost_the_others(world: World, run: Any) -> None:
    with configured(WEBHOOK_ENTITIES={"document": "CDokumente", "account": "CUnknown"}):
        code, said = run(*BASE)
    assert code == 1
    assert set(registered(world)) == {"CDokumente.create", "CDokumente.update", "CDokumente.delete"}
    assert said.count("refused: ") == 3


def test_where_there_is_no_room_for_more_webhooks_it_is_said(world: World, run: Any) -> None:
    """EspoCRM lets a user have fifty, and counts those that are switched off."""
    world.sandbox.settings(espocrm_webhooks_per_user=12)
    code, said = run(*BASE)
    assert (code, len(registered(world))) == (1, 12)
    assert said.count("refused: EspoCRM: the hub's user has as many webhooks there as it may have (50, ") == 3


def test_an_env_file_that_cant_be_used_is_found_before_anything_is_created(
    world: World, run: Any, tmp_path: Path
) -> None:
    env = tmp_path / ".env"
    env.write_text("ESPOCRM_WEBHOOK_SECRETS='broken'\n")
    assert run(*BASE, "--write-env", str(env))[0] == 1
    assert registered(world) == {}


@pytest.mark.parametrize("place", ["/proc", "/nowhere/at/all"])  # nobody writes there, root neither
def test_a_place_that_cant_be_written_is_found_before_anything_is_created(world: World, run: Any, place: str) -> None:
    code, said = run(*BASE, "--write-env", f"{place}/.env")
    assert code == 1
    assert "so nothing was done" in said
    assert registered(world) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["http://hub.example.org", "hub.example.org", "https://a:b@hub.example.org"])
def test_an_address_that_is_no_good_is_refused_with_2(run: Any, url: str) -> None:
    assert run("register_webhooks", "--base-url", url)[0] == 2


# All of them


OURS = (
    *("check_connections", "compare", "prune", "register_webhooks", "release_lock"),
    *("retry_failed", "setup_schedules", "steps", "sweep", "sync"),
)


@pytest.mark.parametrize("name", OURS)
def test_help_says_what_the_exit_codes_mean(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command(name, "--help")
    said = capsys.readouterr().out
    assert "exit codes:\n    0  " in said
    assert "\n    2  wrong usage" in said


@pytest.mark.django_db
def test_ctrl_c_ends_a_command_without_a_traceback(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("syncapp.upkeep.pruning.prune", interrupted)
    assert run("prune") == (130, "Stopped. What was done so far stays done.\n")


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_nothing_that_was_found(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """1 means that something differs (compare), failed (sync), or is not held (release_lock)."""

    def away() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(guards, "held", away)
    code, said = run("release_lock", "--list")
    assert (code, "manage.py migrate" in said, "refused" in said) == (5, True, False)


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_a_wait_that_is_never_over_is_refused(run: Any, seconds: str) -> None:
    code, said = run("sync", *DOCUMENT, "65f0a1b2c3d4e5f60", "--wait", "--timeout", seconds)
    assert (code > 0, "must be a number of seconds" in said, Record.objects.count()) == (True, True, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("words", [("trace", ""), ("trace", "  "), ("run", "--host", "")])
def test_an_empty_variable_of_a_shell_is_neither_all_nor_everybody(
    run: Any, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Most of what staff do bears no trace, and does not belong together; an empty host is every address."""

    def listens(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("syncapp.management.serving.listener", listens)
    StaffAction.objects.create(action="look", target_id="65f0a1b2c3d4e5f60")
    code, said = run(*words)
    assert (code, "65f0a1b2c3d4e5f60" in said) == (2, False)
