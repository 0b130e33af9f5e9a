"""Lists are sorted by their heads, where that is cheap; an address that names another column is no order."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.models import ProxyCall, ProxyKey, Record, ScanRun, ScanState, StaffAction, Status
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

FAILURES = f"{reverse('admin:syncapp_record_changelist')}?status=open"
LISTS = {
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"): declared
    for model, declared in admin.site._registry.items()
    if isinstance(declared, ReadOnlyAdmin)
}
HEAD = re.compile(r'<a href="\?([^"]*\bo=-?\d+[^"]*)">')


def heads(page: str) -> list[str]:
    return [address.replace("&amp;", "&") for address in HEAD.findall(page)]


def pks(client: Client, address: str) -> list[Any]:
    return [row.pk for row in client.get(address).context["cl"].result_list]


def two_of_each(now: datetime) -> None:
    for ago in (timedelta(hours=2), timedelta(hours=1)):
        then, number = now - ago, ago // timedelta(hours=1)
        StaffAction.objects.create(action="look", target_id=number)
        rows.record(changed_at=then, attempts=number)
        rows.task(opened_at=then)
        rows.message()
        rows.entry()
        rows.orphan(found_at=then, size=number)
        rows.link(rows.employee(f"K{number}", synced_at=then), changed_at=then, first_day=then.date())
        ProxyCall.objects.create(method="GET", path="x", at=then, status=200)
        ProxyKey.objects.create(name=f"k{number}", digest=str(number), last_used_at=then)
        ScanRun.objects.create(scan="everything", state=ScanState.DONE, started_at=then)


@pytest.mark.parametrize("address", [*LISTS, FAILURES])
def test_every_head_that_sorts_sorts_both_ways(login: Login, address: str) -> None:
    two_of_each(timezone.now())
    chief, path = login("chief", is_superuser=True), address.partition("?")[0]
    found = heads(chief.get(address).content.decode())
    assert bool(found) == (address != reverse("admin:syncapp_record_changelist")), found
    for head in found:
        assert ("status=open" in head) == ("status=open" in address), "the filters stay"
        for direction in ("", "-"):
            asked = re.sub(r"\bo=-?(?=\d)", f"o={direction}", head)
            shown = chief.get(f"{path}?{asked}").context["cl"]
            column = shown.list_display[int(parse_qs(asked)["o"][0].removeprefix("-"))]
            order = getattr(LISTS[path], column).admin_order_field
            values = [getattr(row, order) for row in shown.result_list]
            assert len(values) > 1
            assert values == sorted(values, reverse=bool(direction)), (head, column)


def test_failures_are_sorted_by_what_the_head_says(staff: Client) -> None:
    now = timezone.now()
    made = [rows.record(changed_at=now - timedelta(hours=ago), attempts=ago % 3) for ago in (5, 1, 9)]
    found = heads(staff.get(FAILURES).content.decode())
    path = FAILURES.partition("?")[0]
    orders = {tuple(pks(staff, f"{path}?{head}")) for head in found}
    assert (made[2].pk, made[0].pk, made[1].pk) in orders  # the oldest first
    assert (made[2].pk, made[1].pk, made[0].pk) in orders  # those with fewest attempts first


def test_no_address_sorts_what_the_list_does_not_offer(staff: Client) -> None:
    made = [rows.record(Status.IN_SYNC, entity_id=ident).pk for ident in ("b", "a", "c")]
    address = reverse("admin:syncapp_record_changelist")
    for column in range(1, 8):
        assert pks(staff, f"{address}?o={column}") == made[::-1], column
    actions = reverse("admin:syncapp_staffaction_changelist")
    for count in (2, 3, 1):
        StaffAction.objects.create(action="look", count=count)
    assert len({tuple(pks(staff, f"{actions}?o={column}")) for column in range(2, 8)}) == 1
    assert Record.objects.count() == 3


SELECT = re.compile(r'(?s)<select name="o">(.*?)</select>')
CHOICE = re.compile(r'<option value="(-?\d+)"( selected)?>([^<]+)</option>')


@pytest.mark.parametrize("address", [*LISTS, FAILURES, "/admin/auth/user/"])
def test_where_no_heads_are_shown_the_same_orders_can_be_chosen(login: Login, address: str) -> None:
    """On a telephone, whose rows are cards."""
    two_of_each(timezone.now())
    chief = login("chief", is_superuser=True)
    page = chief.get(address).content.decode()
    offered = CHOICE.findall((SELECT.search(page) or [""])[0])
    columns = {parse_qs(head)["o"][0].partition(".")[0].removeprefix("-") for head in heads(page)}
    assert {order.removeprefix("-") for order, _chosen, _words in offered} == columns
    for order, _chosen, words in offered[:2]:
        address_of_order = f"{address}{'&' if '?' in address else '?'}o={order}"
        chosen = [each for each in CHOICE.findall(chief.get(address_of_order).content.decode()) if each[1]]
        assert chosen == [(order, " selected", words)]
        assert words.endswith("descending" if order.startswith("-") else "ascending")
