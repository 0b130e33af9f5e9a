"""The number on a button that retries many is that of the page before it, and of what really moves."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.admin.records import record_buttons
from syncapp.events import registry
from syncapp.models import NEEDS_A_PERSON, Reason, Record, StaffAction, Status
from tests.integration.admin import rows

FORM = re.compile(r'<form method="post" action="([^"]*retry[^"]*)">(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'name="(step|system|reason|next)" value="([^"]*)"')
BUTTON = re.compile(r"<button[^>]*>([^<]*)</button>")
LIST = reverse("admin:syncapp_record_changelist")


def stock() -> None:
    """Every state with the same reason, as far as it can have one; each reason that only other data end; a pause."""
    for reason in ("rejected", Reason.FORBIDDEN, *sorted(registry.mended_by_data())):
        for _ in range(2):
            rows.record(reason=reason)
        rows.record(Status.CONFLICT, reason=reason)
        rows.record(Status.WAITING, reason=reason, system="xai")
        rows.record(Status.RUNNING, reason=reason, system="xai")
        rows.record(Status.SKIPPED, reason=reason, system="xai")
    for _ in range(2):
        rows.party(Status.CONFLICT)
        rows.party(Status.SKIPPED, reason=Reason.TASK_OPEN, system="advoware")
        rows.record(Status.WAITING, reason=Reason.PAUSED)
    rows.record(reason="unexpected")


def number(words: str, otherwise: int) -> int:
    found = re.search(r"\d+", words)
    return int(found[0]) if found else otherwise


def buttons(page: str) -> list[tuple[str, dict[str, str], int]]:
    """(address, what is sent, the number that the button tells) of those that retry many; without a number: one."""
    return [
        (html.unescape(address), dict(HIDDEN.findall(inside)), number(BUTTON.findall(inside)[0], 1))
        for address, inside in FORM.findall(page)
    ]


def requested() -> dict[int, int]:
    return dict(Record.objects.values_list("pk", "requested"))


@pytest.mark.parametrize(
    "address",
    [
        reverse("admin:index"),
        reverse("admin:hub_causes"),
        *(f"{LIST}?status={status}" for status in ("open", *NEEDS_A_PERSON)),
        f"{LIST}?status=open&reason=rejected",
        f"{LIST}?status=open&system=xai&p=2",
        f"{LIST}?status=failed&q=nothing-like-it",
    ],
)
def test_what_the_button_says_is_what_moves(staff: Client, address: str) -> None:
    stock()
    found = buttons(staff.get(address).content.decode())
    mendable = "conflict" not in address and "nothing" not in address
    assert bool(found) == mendable, address
    for path, sent, told in found:
        before = requested()
        asked = staff.post(path, sent)
        if told > 1:
            assert (asked.context["count"], number(asked.context["title"], told)) == (told, told)
            shown = re.findall(r"<button[^>]*>Retry all (\d+)</button>", asked.content.decode())
            assert shown == [str(told)], path
            assert requested() == before, "nothing is done before the number was seen"
            staff.post(path, {**sent, "sure": "yes"})
        moved = {pk for pk, count in requested().items() if count != before[pk]}
        assert len(moved) == told, (path, sent)
        assert StaffAction.objects.latest("pk").count == told


def test_the_reasons_of_one_cause_are_told_apart(staff: Client) -> None:
    stock()
    page = staff.get(reverse("admin:hub_causes")).content.decode()
    told = {sent["reason"]: count for _path, sent, count in buttons(page)}
    assert told == {"rejected": 2, "forbidden": 2, "unexpected": 1}
    assert page.count("Only other data end these") == len(registry.mended_by_data())
    assert page.count(f'href="{reverse("admin:hub_conflicts")}">Choose') == 3 + len(registry.mended_by_data())


def test_what_stays_is_told_before_and_after(staff: Client) -> None:
    stock()
    address = f"{reverse('admin:hub_retry_matching')}?status=open"
    stay = len(Record.objects.filter(status__in=NEEDS_A_PERSON)) - 5
    words = html.escape(f"{stay} records stay as they are: a retry can't mend conflicts or refused contents.")
    assert words in staff.post(address).content.decode()
    after = staff.post(address, {"sure": "yes"}, follow=True).content.decode()
    assert "5 records are tried again now." in after
    assert words in after


def test_where_nobody_counts_to_the_end_no_number_is_told(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_buttons, "COUNT_UP_TO", 2)
    monkeypatch.setattr(record_buttons, "counted", lambda found: min(2, found.count()))
    for _ in range(3):
        rows.record()
    address = f"{reverse('admin:hub_retry_matching')}?status=failed"
    page = staff.post(address).content.decode()
    assert "More than 2 records are tried again, all that match." in page
    assert re.search(r"<button[^>]*>Retry all</button>", page)
    staff.post(address, {"sure": "yes"})
    assert StaffAction.objects.get().count == 3


def test_the_retry_of_chosen_needs_moves_what_it_says(staff: Client) -> None:
    stock()
    rows.task()
    rows.orphan()
    rows.message("quarantined")
    of = rows.employee()
    rows.link(of, state="failed", reason="rejected")
    rows.link(rows.employee("XY", enabled=False), state="failed", reason="rejected")
    asked = staff.post(reverse("admin:hub_handle"), {"all": "yes", "query": ""})
    (told,) = re.findall(r">Retry (\d+)</button>", asked.content.decode())
    before = requested()
    said = staff.post(reverse("admin:hub_retry_needs"), {"all": "yes", "query": ""}, follow=True).content.decode()
    moved = {pk for pk, count in requested().items() if before.get(pk) != count}
    assert int(told) == asked.context["retryable"] == StaffAction.objects.latest("pk").count == 5 + 1
    assert len(moved) == 5 + 1  # the calendar's own record is the sixth
    assert f"{told} are tried again now." in said
    assert f"{asked.context['count'] - int(told)} did not move." in said
