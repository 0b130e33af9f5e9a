"""What the buttons about records do, and what they say they did."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.clients.errors import Unreachable
from syncapp.engine.outside import locks
from syncapp.engine.runs.runner import Preview
from syncapp.events import running
from syncapp.models import Attempt, Outcome, Reason, Record, StaffAction, Status
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.world import configured

LIST = "admin:syncapp_record_changelist"


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def press(client: Client, name: str, *args: object, **data: Any) -> str:
    return said(client.post(reverse(f"admin:hub_{name}", args=args), data, follow=True))


def test_retry_makes_a_failure_due_and_is_on_record(staff: Client) -> None:
    failed = rows.record()
    assert "its turn now" in press(staff, "retry", failed.pk)
    failed.refresh_from_db()
    assert (failed.status, failed.reason, failed.attempts) == (Status.WAITING, "", 0)
    action = StaffAction.objects.get()
    assert (action.action, action.target_id, action.count) == ("retry", str(failed.pk), 1)
    assert str(action.user) == "erika"


def test_a_double_click_is_harmless(staff: Client) -> None:
    failed = rows.record()
    press(staff, "retry", failed.pk)
    press(staff, "retry", failed.pk)
    failed.refresh_from_db()
    assert (failed.status, failed.requested) == (Status.WAITING, 3)


def test_a_running_record_runs_once_more(staff: Client) -> None:
    running = rows.record(Status.RUNNING)
    assert "once more" in press(staff, "sync_now", running.pk)
    running.refresh_from_db()
    assert (running.status, running.requested) == (Status.RUNNING, 2)


def test_retry_by_cause_moves_that_cause_only(staff: Client) -> None:
    for _ in range(3):
        rows.record(reason=Reason.FORBIDDEN, system="espocrm")
    other = rows.record()
    cause = {"step": "document_sync", "system": "espocrm", "reason": Reason.FORBIDDEN.value}
    asked = staff.post(reverse("admin:hub_retry_cause"), cause)
    assert (asked.context["count"], len(asked.context["sample"])) == (3, 3)
    assert not StaffAction.objects.exists()  # nothing is done before the number was seen
    assert "3 records are tried again now." in press(staff, "retry_cause", **cause, sure="yes")
    other.refresh_from_db()
    assert other.status == Status.FAILED
    assert "no such failures" in press(staff, "retry_cause", **cause)
    assert list(StaffAction.objects.order_by("pk").values_list("count", flat=True)) == [3, 0]


def test_retry_of_all_that_match_is_not_only_this_page(staff: Client) -> None:
    for _ in range(130):
        rows.record()
    spared = [rows.record(reason=Reason.FORBIDDEN), rows.record(Status.IN_SYNC)]
    address = f"{reverse('admin:hub_retry_matching')}?status=open&reason=rejected&p=2"
    asked = staff.post(address)
    assert (asked.context["count"], len(asked.context["sample"]), asked.context["more"]) == (130, 10, 120)
    assert "130 records" in said(staff.post(address, {"sure": "yes"}, follow=True))
    assert Record.objects.filter(status=Status.WAITING).count() == 130
    assert Record.objects.filter(pk__in=[row.pk for row in spared], requested=1).count() == 2


def test_more_than_a_chunk_is_retried_whole(staff: Client) -> None:
    first = rows.record()
    now = first.changed_at
    Record.objects.bulk_create(
        Record(
            step="document_sync",
            entity_type="CDokumente",
            entity_id=f"bulk{n}",
            status=Status.FAILED,
            reason="rejected",
            created_at=now,
            changed_at=now,
        )
        for n in range(2500)
    )
    address = f"{reverse('admin:hub_retry_matching')}?status=failed"
    assert "2501 records" in said(staff.post(address, {"sure": "yes"}, follow=True))
    assert not Record.objects.filter(status=Status.FAILED).exists()


def test_a_selection_is_retried(staff: Client) -> None:
    chosen, spared = rows.record(), rows.record()
    data = {"action": "retry_selected", "_selected_action": [chosen.pk]}
    assert "1 record is tried again now." in said(staff.post(reverse(LIST), data, follow=True))
    spared.refresh_from_db()
    assert spared.status == Status.FAILED


def test_giving_up_needs_a_reason_and_keeps_it(staff: Client) -> None:
    failed = rows.record()
    assert "say why" in press(staff, "discard", failed.pk, note="   ")
    assert "1 record was given up." in press(staff, "discard", failed.pk, note="an old draft")
    failed.refresh_from_db()
    assert (failed.status, failed.reason) == (Status.SKIPPED, Reason.DISCARDED)
    assert failed.detail == "an old draft (erika)"
    assert "Nothing was given up" in press(staff, "discard", failed.pk, note="again")


def test_a_selection_is_given_up_after_a_page_that_asks_why(staff: Client) -> None:
    chosen = [rows.record(), rows.record(), rows.record(Status.IN_SYNC)]
    pks = [row.pk for row in chosen]
    asked = staff.post(reverse(LIST), {"action": "discard_selected", "_selected_action": pks})
    assert [row.pk for row in asked.context["rows"]] == pks[1::-1] or len(asked.context["rows"]) == 2
    assert "2 records were given up." in press(staff, "discard_chosen", chosen=pks, note="duplicates")
    fresh, running = rows.record(), rows.record(Status.RUNNING)
    words = press(staff, "discard_chosen", chosen=[fresh.pk, running.pk, *pks], note="again")
    assert "1 record was given up." in words
    assert "4 records were not given up: they are running, or they need nobody any more." in words
    assert Record.objects.filter(status=Status.IN_SYNC).count() == 1


def test_preview_shows_the_plan_and_writes_nothing(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = rows.record()
    plan = Preview(({"kind": "document.attach", "collection_id": "collection_1"},), "waiting", "indexing")
    monkeypatch.setattr(running, "preview", lambda record: plan)
    page = staff.post(reverse("admin:hub_preview", args=[failed.pk])).content.decode()
    assert "put it into the collection collection_1" in page
    assert "made searchable" in page
    failed.refresh_from_db()
    assert failed.status == Status.FAILED
    assert not Attempt.objects.exists()


def test_a_preview_is_for_those_who_may_see_the_record(login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "preview", lambda _record: pytest.fail("asked other systems"))
    guest = login("guest")
    rows.grant("guest", "retry_record")
    assert guest.post(reverse("admin:hub_preview", args=[rows.record().pk])).status_code == 403


def test_plans_are_told_in_the_readers_language_and_old_ones_as_they_were_kept(staff: Client) -> None:
    failed = rows.record()
    rows.attempt(failed, plan=[{"kind": "party.save", "fields": ["anrede"], "held_back": True}])
    rows.attempt(failed, plan=["attach to collection_1"])
    page = staff.get(reverse("admin:syncapp_record_change", args=[failed.pk]), headers={"accept-language": "de"})
    assert "Schreiben abgeschaltet ist: nach Advoware schreiben: Anrede" in page.content.decode()
    assert "<li>attach to collection_1</li>" in page.content.decode()


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Unreachable("xai", "ConnectTimeout"), "passing fault"), (KeyError("a client's name"), "error in the hub")],
)
def test_a_preview_that_fails_says_so_kindly(staff: Client, fault: Exception, words: str) -> None:
    with mock.patch.object(running, "preview", side_effect=fault):
        page = staff.post(reverse("admin:hub_preview", args=[rows.record().pk])).content.decode()
    assert words in page
    assert "client&#x27;s name" not in page


def test_a_lock_is_released_by_its_token_only(care: Client) -> None:
    locks.acquire("xai_file:1", "token", "w/1", timedelta(minutes=1))
    assert "xai_file:1" in care.get(reverse("admin:hub_locks")).content.decode()
    assert "isn't held" in press(care, "release_lock", key="xai_file:1", token="another")
    assert [lock.key for lock in locks.held()[0]] == ["xai_file:1"]
    assert "is released" in press(care, "release_lock", key="xai_file:1", token="token")
    assert not locks.held()[0]


@pytest.mark.parametrize("on_its_own_page", [True, False])
def test_a_record_is_taken_from_the_run_that_holds_it(care: Client, on_its_own_page: bool) -> None:
    record = rows.record(Status.RUNNING)
    page = care.get(reverse("admin:hub_locks")).content.decode()
    for shown in (record.lock_key, "w/1", str(record.claim), reverse("admin:syncapp_record_change", args=[record.pk])):
        assert shown in page
    assert "isn't held" in press(care, "release_lock", key=record.lock_key, token=str(uuid.uuid4()))
    if on_its_own_page:
        assert "is released" in press(care, "release_lock_of", record.pk)
    else:
        assert "is released" in press(care, "release_lock", key=record.lock_key, token=str(record.claim))
    record.refresh_from_db()
    assert (record.status, record.reason, record.claim) == (Status.WAITING, Reason.LOCK_RELEASED, None)
    assert (record.history.get().outcome, record.history.get().worker) == (Outcome.LOST, "w/1")
    assert list(StaffAction.objects.order_by("pk").values_list("action", "target_id", "count")) == [
        ("release_lock", record.lock_key, 0),
        ("release_lock", record.lock_key, 1),
    ]
    assert "isn't held" in press(care, "release_lock_of", record.pk)


def test_without_redis_the_page_of_locks_shows_what_it_can(care: Client) -> None:
    record = rows.record(Status.RUNNING)
    with mock.patch.object(locks, "held", return_value=([], False)):
        page = care.get(reverse("admin:hub_locks")).content.decode()
    assert record.lock_key in page
    assert "Redis does not answer" in page


def test_what_no_retry_mends_has_its_own_button_on_its_page_and_in_its_row(staff: Client) -> None:
    refused = rows.record(reason="indexing_failed")
    failed = rows.record(reason="rejected")
    conflict = rows.party(Status.CONFLICT)
    rows.conflict(conflict, "vorname")
    Record.objects.filter(pk=conflict.pk).update(detail="vorname, geburtsdatum")
    crm = "https://crm.example.org"
    with configured(ESPOCRM_UI_URL=crm):
        listed = staff.get(reverse("admin:syncapp_record_changelist"), {"status": "open"}).content.decode()
        pages = {
            row: staff.get(reverse("admin:syncapp_record_change", args=[row.pk])).content.decode()
            for row in (refused, failed, conflict)
        }
    there = f'href="{crm}/#CDokumente/view/{refused.entity_id}"'
    assert re.search(f'<a class="hub-button hub-plain" data-ends {re.escape(there)}>Mend in the CRM', listed)
    assert f'data-retry="{reverse("admin:hub_retry", args=[failed.pk])}"' in listed
    assert listed.count("data-retry=") == 1
    for row, page in pages.items():
        retries = reverse("admin:hub_retry", args=[row.pk]) in page
        assert retries == (row == failed), row
        assert (reverse("admin:hub_sync_now", args=[row.pk]) in page) != retries  # to look again does no harm
    assert re.search(r'<a class="hub-button" href="[^"]*' + refused.entity_id, pages[refused])
    assert "Fields: First name, Date of birth" in pages[conflict]


def test_what_waits_says_when_it_is_tried_next(staff: Client) -> None:
    due = timezone.now() + timedelta(minutes=7, seconds=30)
    rows.record(Status.WAITING, due_at=due, reason="rate_limited", system="xai")
    listed = staff.get(reverse("admin:syncapp_record_changelist"), {"status": "waiting"}).content.decode()
    assert re.search(r"next run: <time [^>]*>7\xa0minutes from now</time>", listed)
