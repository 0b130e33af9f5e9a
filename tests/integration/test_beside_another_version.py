"""This program beside another version of itself, or after a flow was taken out: what it does not know it leaves alone,
shows, and is not held up by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from syncapp import jobs
from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.admin.kit.views import PAGES
from syncapp.engine.recovery import sweep
from syncapp.events import registry
from syncapp.models import Record, Status, System
from syncapp.notify import troubles, words
from tests.integration.admin import rows
from tests.integration.admin.conftest import care, login
from tests.world import World, configured

__all__ = ["care", "login"]
TOMORROW = "step_of_tomorrow"
CHOICES = [
    (model, field)
    for model in apps.get_app_config("syncapp").get_models()
    for field in model._meta.fields
    if field.choices and isinstance(field, models.CharField)
]


def strange(**columns: Any) -> Record:
    return rows.record(Status.WAITING, step=TOMORROW, **columns)


def test_a_step_that_this_program_does_not_have_holds_up_nobody(world: World, db: None) -> None:
    due = timezone.now() - timedelta(days=1)
    left = [strange(due_at=due, urgency=0) for _ in range(3 * sweep.LOOK_AHEAD)]  # the most urgent of all
    known = rows.record(Status.WAITING)
    sweep.sweep()
    jobs.run(left[0].pk, known.pk)
    jobs.drain()
    known.refresh_from_db()
    assert known.status != Status.WAITING
    assert set(Record.objects.filter(step=TOMORROW).values_list("status", "reason", "due_at")) == {("waiting", "", due)}


def test_it_goes_on_once_the_step_is_there(world: World, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(registry, "names", lambda: frozenset({"matter_sync"}))
        before.setattr("syncapp.engine.queue.enqueue.runnable", registry.names)
        record = rows.record(Status.WAITING)
        jobs.drain()
        record.refresh_from_db()
        assert record.status == Status.WAITING
    jobs.drain()
    record.refresh_from_db()
    assert record.status != Status.WAITING


def test_staff_see_that_it_waits_and_why(care: Client) -> None:
    record = strange()
    held = [each for each in care.get(reverse("admin:hub_needs")).context["held"] if each.what == TOMORROW]
    assert [(each.waiting, each.words) for each in held] == [(1, "not in this version")]
    assert record.entity_id in care.get(held[0].url).content.decode()
    shown = care.get(reverse("admin:syncapp_record_change", args=[record.pk])).content.decode()
    assert "This version of the hub does not have this step" in shown
    answer = care.post(reverse("admin:hub_preview", args=[record.pk]), follow=True)
    assert ["does not have this step" in str(each) for each in answer.context["messages"]] == [True]


def test_people_are_told_after_the_minutes_of_a_restart(db: None) -> None:
    record = strange(due_at=timezone.now() - timedelta(minutes=1))
    assert not [each for each in troubles.found() if each.key == "workers|steps"]
    Record.objects.filter(pk=record.pk).update(due_at=timezone.now() - timedelta(hours=1))
    (told,) = [each for each in troubles.found() if each.key == "workers|steps"]
    with translation.override("en"):
        title = words.title(told)
    assert (title, words.path(told)) == (
        "Records wait for a step that the hub does not have",
        "/admin/hub/needs/#held-back",
    )


@pytest.mark.parametrize(("model", "field"), CHOICES, ids=lambda each: getattr(each, "__name__", None) or each.name)
def test_a_word_of_another_version_is_no_error(model: Any, field: Any, world: World, login: Any) -> None:
    """What a column may say one day: pages show it, jobs bear it, and nobody overwrites it with something else."""
    rows.everything()
    word = "of_tomorrow"[: field.max_length]
    try:
        with transaction.atomic():
            if not model.objects.update(**{field.attname: word}):
                pytest.skip("the console's tests have no such row")
    except IntegrityError:
        pytest.skip("the database allows the words of today only")
    client = login("root", is_superuser=True)
    client.raise_request_exception = False
    answers = {page: client.get(page, follow=True) for page in pages()}
    # Everything that is known of one entity, however it is searched for.
    answers["search"] = client.post(reverse("admin:hub_search"), {"words": Record.objects.earliest("pk").entity_id})
    assert {page: answer.exc_info for page, answer in answers.items() if answer.status_code == 500} == {}
    for job in (jobs.sweep, jobs.notify, jobs.sum_up, jobs.prune):
        job()


def test_a_system_that_was_taken_out_of_the_settings_while_it_was_away_keeps_no_other_waiting(db: None) -> None:
    due = timezone.now() - timedelta(minutes=1)
    System.objects.create(name="google", state="down", since=due, next_probe_at=due)
    record = rows.record(Status.FAILED, due_at=due)  # a day has passed
    with configured(GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON="", GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH=""):
        sweep.sweep()
    record.refresh_from_db()
    assert record.status == Status.WAITING


def test_a_fault_of_one_part_of_the_sweep_keeps_no_other_from_its_work(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ValueError("broken")

    record = rows.record(Status.FAILED, due_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr(sweep.future, "make_due", broken)
    monkeypatch.setattr(sweep, "_recover", broken)
    with pytest.raises(ValueError, match="broken"):
        sweep.sweep()
    record.refresh_from_db()
    assert record.status == Status.WAITING


def pages() -> list[str]:
    lists = [model for model, declared in admin.site._registry.items() if isinstance(declared, ReadOnlyAdmin)]
    found = [reverse("admin:index"), reverse("health-ready")]
    found += [reverse(f"admin:hub_{name}") for name, (route, _view) in PAGES.items() if "<" not in route]
    for model in lists:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        found += [reverse(f"{name}_change", args=[pk]) for pk in model.objects.values_list("pk", flat=True)[:3]]
    return found


def test_columns_and_tables_of_a_newer_version_are_in_nobodys_way(world: World, db: None) -> None:
    """As `tests/unit/test_releases.py` allows them: who does not name them when a row is written needs not."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE syncapp_tomorrow (id integer PRIMARY KEY)")
        for model in apps.get_app_config("syncapp").get_models():
            cursor.execute(f'ALTER TABLE "{model._meta.db_table}" ADD COLUMN may_be text NULL')
            cursor.execute(f"""ALTER TABLE "{model._meta.db_table}" ADD COLUMN must_be text NOT NULL DEFAULT 'x'""")
    document = world.document(world.parent())
    world.event(document)
    jobs.sweep()
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert world.crm(document)["xaiSyncStatus"] == "clean"
    rows.everything()  # one of each, in every table that the console shows
    for job in (jobs.notify, jobs.sum_up, jobs.prune):
        job()
