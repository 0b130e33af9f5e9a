"""Quarantine, orphans, comparisons, systems, steps, schedules: what the buttons there do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Schedule

from syncapp.engine.outside import connections, locks
from syncapp.engine.runs import switches
from syncapp.flows.comparing import orphans
from syncapp.flows.comparing.notes import NotAvailable, WouldChange
from syncapp.flows.differences import How
from syncapp.models import (
    InboxState,
    OrphanState,
    Reason,
    Record,
    ScanRun,
    ScanState,
    StaffAction,
    Status,
    StepSwitch,
    System,
)
from tests.integration.admin import rows
from tests.integration.admin.test_records import press, said
from tests.world import configured


@pytest.mark.parametrize(
    ("made", "answered"),
    [
        ({}, ()),
        ({"step": "document_sync"}, ("EspoCRM", "xAI")),
        ({"step": "beteiligte_sync", "entity_type": "CBeteiligte"}, ("EspoCRM", "Advoware")),
        ({"step": "document_sync", "status": Status.WAITING}, ()),
        ({"step": "document_sync", "status": Status.SKIPPED}, ()),
    ],
)
def test_of_a_system_that_was_never_asked_nobody_says_that_it_answers(
    made: dict[str, Any], answered: tuple[str, ...], erika: Client
) -> None:
    if made:
        rows.record(**{"status": Status.IN_SYNC} | made)
    for address in ("admin:hub_systems", "admin:index"):
        shown = erika.get(reverse(address)).context["systems"]
        assert {each.label for each in shown if each.words == "available"} == set(answered)
        assert {each.words for each in shown} <= {"available", "not asked yet"}
        assert len(shown) == 4


def test_what_a_comparison_or_a_try_heard_counts(erika: Client) -> None:
    ScanRun.objects.create(scan="all_parties", state=ScanState.DONE, started_at=timezone.now())
    System.objects.create(name="xai", since=timezone.now())
    shown = erika.get(reverse("admin:hub_systems")).context["systems"]
    assert {each.label for each in shown if each.words == "available"} == {"EspoCRM", "Advoware", "xAI"}


def test_a_mended_message_leaves_quarantine(staff: Client) -> None:
    body = b'[{"id": "65f0c0ffee0000001"}]'
    kept = rows.message(InboxState.QUARANTINED, body=body, reason="not JSON", rejected=[], items_total=0)
    assert "1 item was accepted." in press(staff, "reprocess", kept.pk)
    assert "isn't in quarantine" in press(staff, "reprocess", kept.pk)
    assert Record.objects.get().entity_id == "65f0c0ffee0000001"
    assert list(StaffAction.objects.order_by("pk").values_list("count", flat=True)) == [1, 0]


def test_what_is_still_unreadable_stays(staff: Client) -> None:
    kept = rows.message(InboxState.QUARANTINED, reason="not JSON")
    words = press(staff, "reprocess", kept.pk)
    assert "still can't be read" in words
    assert "secret content" not in words
    kept.refresh_from_db()
    assert kept.state == InboxState.QUARANTINED


def test_an_orphan_is_deleted_only_with_the_box_ticked(care: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    deleted: list[int] = []

    def delete(orphan: Any) -> bool:
        deleted.append(orphan.pk)
        return True

    monkeypatch.setattr(orphans, "delete", delete)
    orphan = rows.orphan()
    assert "tick the box" in press(care, "delete_orphan", orphan.pk)
    assert not deleted
    assert "Deleted" in press(care, "delete_orphan", orphan.pk, understood="yes")
    assert deleted == [orphan.pk]


def test_an_orphan_in_use_again_is_spared(care: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_orphan: Any) -> bool:
        raise orphans.StillUsed

    monkeypatch.setattr(orphans, "delete", refuse)
    assert "points to it again" in press(care, "delete_orphan", rows.orphan().pk, understood="yes")
    assert StaffAction.objects.get().count == 0


@pytest.mark.parametrize("held", ["OBSERVE_ONLY", "pause", "step observes", "step is paused"])
def test_no_orphan_is_deleted_while_nothing_may_be_written(
    held: str, care: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only observes stands beside another hub, whose file it may be; a system is paused so that nothing comes."""
    monkeypatch.setattr(connections, "xai", lambda: pytest.fail("asked the other system"))
    if held == "pause":
        System.objects.create(name="xai", since=timezone.now(), paused=True)
    if held.startswith("step"):
        (switches.set_paused if held == "step is paused" else switches.set_observing)("document_sync", True)
    orphan = rows.orphan()
    with configured(OBSERVE_ONLY=held == "OBSERVE_ONLY"):
        words = press(care, "delete_orphan", orphan.pk, understood="yes")
    told = {"pause": "xAI is paused", "OBSERVE_ONLY": "the hub only observes"}
    assert told.get(held, "the step “Documents” is paused or only observes") in words
    orphan.refresh_from_db()
    assert orphan.state == OrphanState.OPEN
    assert StaffAction.objects.get().count == 0


def test_an_orphan_with_which_somebody_is_at_work_is_left_and_not_called_used(
    care: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague, as a rule, who has pressed the same button."""
    monkeypatch.setattr(connections, "xai", lambda: pytest.fail("asked the other system"))
    orphan = rows.orphan()
    with locks.hold(f"xai_file:{orphan.remote_id}", "a colleague"):
        assert "at work on it just now" in press(care, "delete_orphan", orphan.pk, understood="yes")
    orphan.refresh_from_db()
    assert orphan.state == OrphanState.OPEN


def test_a_deleted_orphan_is_not_deleted_twice(care: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "delete", lambda _orphan: pytest.fail("asked the other system"))
    gone = rows.orphan(state=OrphanState.DELETED)
    assert "Nothing to delete" in press(care, "delete_orphan", gone.pk, understood="yes")


def test_what_somebody_keeps_is_not_deleted_from_a_page_of_before(
    care: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphans, "delete", lambda _orphan: pytest.fail("asked the other system"))
    orphan = rows.orphan()
    before = shown(care, orphan)
    press(care, "keep_orphan", orphan.pk)
    assert "decided to keep it" in press(care, "delete_orphan", orphan.pk, understood="yes", seen=before)
    assert not StaffAction.objects.filter(action="delete_orphan").exists()
    monkeypatch.setattr(orphans, "delete", lambda _orphan: True)
    words = press(care, "delete_orphan", orphan.pk, understood="yes", seen=shown(care, orphan))
    assert "Deleted" in words


def shown(care: Client, orphan: Any) -> str:
    """What its page says it is, to whom presses a button of it later."""
    page = care.get(reverse("admin:syncapp_orphan_change", args=[orphan.pk])).content.decode()
    (state,) = re.findall(r'name="seen" value="(\w+)"', page)
    return str(state)


def test_an_orphan_is_kept_on_purpose(care: Client) -> None:
    orphan = rows.orphan()
    assert "kept" in press(care, "keep_orphan", orphan.pk)
    orphan.refresh_from_db()
    assert orphan.state == OrphanState.KEPT


def test_a_comparison_says_in_the_readers_language_how_it_ended(care: Client) -> None:
    scan = rows.everything()["scan"]
    old = {"detail": "interrupted", "note": {}, "counts": {"gone in the CRM": 2}}  # before 1.0
    said: list[tuple[dict[str, Any], tuple[str, ...]]] = [
        (
            {"note": WouldChange(12).stored(), "counts": {How.GONE: 2}},
            ("12 Datensätze würden geändert", "im CRM gelöscht"),
        ),
        ({"note": NotAvailable("advoware").stored()}, ("Advoware ist nicht erreichbar",)),
        (old, ("<code>interrupted</code>", "gone in the CRM")),
    ]
    for columns, words in said:
        ScanRun.objects.filter(pk=scan.pk).update(**columns)
        address = reverse("admin:syncapp_scanrun_change", args=[scan.pk])
        page = care.get(address, headers={"accept-language": "de"}).content.decode()
        assert [each for each in words if each not in page] == []


def test_a_stopped_comparison_is_confirmed_once(care: Client) -> None:
    stopped = rows.everything()["scan"]
    assert "Confirmed" in press(care, "confirm_scan", stopped.pk)
    stopped.refresh_from_db()
    assert stopped.state == ScanState.DONE
    assert "doesn't wait" in press(care, "confirm_scan", stopped.pk)


def test_pausing_a_system_and_ending_it_wakes_what_waited(care: Client) -> None:
    press(care, "pause_system", "xai")
    assert System.objects.get(name="xai").paused
    waiting = rows.record(Status.WAITING, reason=Reason.PAUSED, system="xai")
    press(care, "resume_system", "xai")
    waiting.refresh_from_db()
    assert waiting.reason == ""
    assert care.post(reverse("admin:hub_pause_system", args=["nonsense"])).status_code == 404


def test_trying_a_system_says_whether_it_answers(care: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not configured" in press(care, "try_system", "google")
    monkeypatch.setattr(connections, "configured", lambda _name: True)
    monkeypatch.setattr(connections, "ping", lambda _name: None)
    assert "xAI answers." in press(care, "try_system", "xai")


def test_the_switches_of_a_step(care: Client) -> None:
    press(care, "pause_step", "document_sync")
    assert "already" in press(care, "pause_step", "document_sync")
    press(care, "observe_step", "document_sync")
    row = StepSwitch.objects.get()
    assert (row.paused, row.observe) == (True, True)
    press(care, "resume_step", "document_sync")
    press(care, "act_step", "document_sync")
    assert not switches.switch("document_sync").paused
    assert care.post(reverse("admin:hub_pause_step", args=["nonsense"])).status_code == 404


def test_a_schedule_is_switched_off_and_on_and_run(care: Client) -> None:
    row = rows.everything()["schedule"]
    before = row.next_run
    press(care, "schedule_off", row.pk)
    assert Schedule.objects.get(pk=row.pk).repeats == 0
    assert "switched off" in said(care.post(reverse("admin:hub_schedule_run", args=[row.pk]), follow=True))
    press(care, "schedule_on", row.pk)
    press(care, "schedule_run", row.pk)
    row.refresh_from_db()
    assert row.repeats == -1
    assert row.next_run >= before


def test_what_staff_did_is_listed_in_words(staff: Client) -> None:
    press(staff, "retry", rows.record().pk)
    page = staff.get(reverse("admin:syncapp_staffaction_changelist")).content.decode()
    assert "tried again" in page
    assert "erika" in page
