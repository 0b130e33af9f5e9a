"""One number for one thing: sidebar, banner, tiles and the lists behind them count alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import Handling, NeedKind, Notice, Record, Status
from tests.integration.admin import rows

RECORDS = reverse("admin:syncapp_record_changelist")


def badges(client: Client) -> dict[str, str]:
    groups: list[Any] = client.get("/admin/").context["sidebar_navigation"]
    return {str(item["title"]): item.get("badge", "0") for group in groups for item in group["items"]}


def test_the_menu_counts_failures_apart_from_conflicts(staff: Client) -> None:
    for _each in range(3):
        rows.record(Status.FAILED)
    for _each in range(2):
        rows.conflict(rows.party(Status.CONFLICT, reason="both_changed"))
    shown = badges(staff)
    assert (shown["Failures"], shown["Conflicts"], shown["What we need from you"]) == ("3", "2", "5")
    link = next(
        item["link"]
        for group in staff.get("/admin/").context["sidebar_navigation"]
        for item in group["items"]
        if str(item["title"]) == "Failures"
    )
    assert staff.get(link).context["cl"].result_count == 3


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Failures", NeedKind.FAILURE),
        ("Conflicts", NeedKind.CONFLICT),
        ("Tasks", NeedKind.TASK),
        ("Quarantine", NeedKind.QUARANTINE),
        ("Orphans", NeedKind.ORPHAN),
        ("Comparisons", NeedKind.COMPARISON),
        ("Notifications", NeedKind.NOTICE),
    ],
)
def test_a_number_in_the_menu_is_that_of_the_banner(title: str, kind: NeedKind, care: Client) -> None:
    rows.everything()
    counts = {kind.name: count for kind, count in care.get("/admin/").context["need_counts"]}
    assert badges(care)[title] == str(counts[kind])
    (first, *_rest) = (need for need in care.get(f"{reverse('admin:hub_needs')}?kind={kind}").context["listed"].needs)
    until = timezone.localdate() + timezone.timedelta(days=2)
    Handling.objects.create(kind=kind, row=first.pk, snoozed_until=until, changed_at=timezone.now())
    assert badges(care)[title] == str(counts[kind] - 1)  # what was put off counts nowhere until its day


def test_what_waits_for_a_task_is_not_among_that_with_which_nothing_is_to_be_done(staff: Client) -> None:
    for _each in range(2):
        rows.task(rows.party(Status.SKIPPED, reason="task_open"))
    rows.record(Status.SKIPPED)
    start = staff.get("/admin/")
    tiles = {str(status): (count, url) for status, count, url in start.context["tiles"]}
    assert tiles["skipped"][0] == 1
    assert staff.get(tiles["skipped"][1]).context["cl"].result_count == 1
    (parties,) = (step for step in start.context["steps"] if step.step == "beteiligte_sync")
    cells = {state: (count, url) for state, count, url in parties.cells}
    assert (cells["task"][0], cells["skipped"][0]) == (2, 0)
    assert {row.reason for row in staff.get(cells["task"][1]).context["cl"].result_list} == {"task_open"}
    assert start.context["total"] == Record.objects.count() == 3
    assert "waits for a task" in start.content.decode()


def test_messages_that_can_not_be_sent_are_one_line_for_each_recipient(care: Client, staff: Client) -> None:
    now = timezone.now()
    karl = rows.User.objects.get(username="karl")
    for number in range(5):
        for to in (karl, None):
            Notice.objects.create(
                user=to, event="appeared", key=f"{number} {to}", fault="away", made_at=now, due_at=now, tries=2
            )
    Notice.objects.create(user=karl, event="gone", key="sent", state="sent", made_at=now, due_at=now, sent_at=now)
    listed = f"{reverse('admin:hub_needs')}?kind=notice"
    shown = care.get(listed)
    assert [str(need.why).partition(".")[0] for need in shown.context["listed"].needs] == [
        "The mail server does not answer"
    ] * 2
    text = shown.content.decode()
    assert "to karl" in text
    assert "to the chat program" in text
    assert reverse("admin:hub_notices") in text
    assert badges(care)["Notifications"] == "2"
    assert staff.get(listed).context["listed"].needs == []
    Notice.objects.exclude(state="sent").update(state="sent", fault="", sent_at=now)
    assert care.get(listed).context["listed"].needs == []
