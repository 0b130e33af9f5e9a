"""Lists as files: what the filters leave, nothing that calculates, nothing that is not on the page, and on record."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from syncapp.admin.kit.export import BOM, plain, safe
from syncapp.admin.needs import listing
from syncapp.models import StaffAction, Status
from syncapp.templatetags.hub import when
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_pages import LISTS


def taken(client: Client, model: str = "record", language: str = "en", **query: str) -> list[list[str]]:
    address = reverse(f"admin:syncapp_{model}_changelist")
    answer = client.get(address, {**query, "as": "csv"}, headers={"accept-language": language})
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert body.startswith(BOM)
    return list(csv.reader(io.StringIO(body.removeprefix(BOM)), delimiter=";"))


def test_all_rows_that_the_filters_leave_on_all_pages(staff: Client) -> None:
    for _each in range(70):
        rows.record(Status.FAILED)
    rows.record(Status.IN_SYNC, reason="", system="")
    heads, *body = taken(staff, status="failed")
    assert heads[:3] == ["entity", "state", "what happened, what to do"]
    assert "" not in heads  # buttons are no column
    assert len(body) == 70
    assert all(row[1] == "failed" for row in body)
    assert len(taken(staff)) == 72


def test_in_the_readers_language_with_exact_times(staff: Client) -> None:
    at = datetime(2026, 11, 28, 9, 30, 5, tzinfo=timezone.get_default_timezone())
    rows.record(changed_at=at)
    heads, row = taken(staff, language="de")
    assert "Zustand" in [head.capitalize() for head in heads]
    assert "28.11.2026 09:30:05" in row
    assert "fehlgeschlagen" in row


@pytest.mark.parametrize("text", ["=1+1", "+49 511", "-2", "@SUM(A1)", "\tx", "\rx", " =1", "\n=1", "\uff1d1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


@given(st.text())
def test_a_cell_says_what_it_said(text: str) -> None:
    assert safe(text).removeprefix("'") == text.removeprefix("'") or safe(text) == text
    assert safe(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_what_comes_from_outside_calculates_nothing(login: Login) -> None:
    rows.message(trace_id='=HYPERLINK("evil")', action="+cmd")
    _heads, row = taken(login("karl", rows.CARE), "inboxmessage")
    assert not any(cell[:1] in "=+-@\t\r" for cell in row if cell)
    assert "'=HYPERLINK" in ";".join(row)


def test_cells_have_no_tags() -> None:
    assert plain(when(None)) == "–"
    moment = timezone.now()
    assert plain(when(moment)) == f"{timezone.localtime(moment):%d.%m.%Y %H:%M:%S}"
    assert plain("a <b> & c") == "a <b> & c"  # no markup of ours


@pytest.mark.parametrize("model", LISTS)
def test_of_every_list_for_who_may_see_it_only(model: str, login: Login) -> None:
    rows.everything()
    assert len(taken(login("karl", rows.CARE), model)) > 1
    address = reverse(f"admin:syncapp_{model}_changelist")
    assert login("nobody").get(address, {"as": "csv"}).status_code == 403
    assert "as=csv" in login("erna", rows.CARE).get(address).content.decode()


def test_that_somebody_took_it_is_on_record_without_what_was_searched_for(staff: Client) -> None:
    record = rows.record()
    taken(staff, q=record.entity_id, status="failed", p="1")
    row = StaffAction.objects.get(action="export_list")
    assert (row.user and row.user.username, row.target_type, row.count) == ("erika", "record", 1)
    assert row.detail == "status=failed"


def test_it_is_streamed_with_as_many_statements_whatever_its_length(
    staff: Client, django_assert_max_num_queries: Any
) -> None:
    for _each in range(120):
        rows.record()
    with django_assert_max_num_queries(15):
        assert len(taken(staff)) == 121


def test_the_story_of_a_record_is_printed_whole_and_on_record(login: Login) -> None:
    client = login("karl", rows.CARE)
    record = rows.record()
    for number in range(1, 31):
        rows.attempt(record, number=number)
    rows.entry(record)
    page = client.get(reverse("admin:hub_print_record", args=[record.pk])).content.decode()
    assert page.count("<tr><td><time") >= 31
    assert "printed <time" in page
    assert "by karl" in page
    assert "print.css" in page
    assert StaffAction.objects.get(action="print_record").target_id == str(record.pk)
    assert (
        reverse("admin:hub_print_record", args=[record.pk])
        in client.get(reverse("admin:syncapp_record_change", args=[record.pk])).content.decode()
    )
    assert login("nobody").get(reverse("admin:hub_print_record", args=[record.pk])).status_code == 403
    assert client.get(reverse("admin:hub_print_record", args=[10**9])).status_code == 404


def test_values_are_printed_for_those_who_may_see_them(login: Login) -> None:
    record = rows.record()
    rows.entry(record, changes={"name": ["Alt", "Neu-Name"]})
    login("erika")
    rows.grant("erika", "view_record")
    address = reverse("admin:hub_print_record", args=[record.pk])
    only = Client(headers={"accept-language": "en"})
    only.force_login(User.objects.get(username="erika"), backend="django.contrib.auth.backends.ModelBackend")
    assert "Neu-Name" not in only.get(address).content.decode()
    assert "Neu-Name" in login("karl", rows.CARE).get(address).content.decode()


PAGES = ("causes", "conflicts", "workers", "locks", "needs")


def page_taken(client: Client, name: str, **query: str) -> list[list[str]]:
    answer = client.get(reverse(f"admin:hub_{name}"), {**query, "as": "csv"})
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{name}-')
    assert "no-store" in answer["Cache-Control"]
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(body.removeprefix(BOM)), delimiter=";"))


@pytest.mark.parametrize("name", PAGES)
def test_pages_that_are_no_list_of_one_table_are_taken_away_too(name: str, care: Client) -> None:
    rows.everything()
    heads, *body = page_taken(care, name)
    assert body
    assert {len(row) for row in body} == {len(heads)}
    assert not any("<" in cell or "__proxy__" in cell for row in [heads, *body] for cell in row)
    action = StaffAction.objects.get(action="export_list")
    assert (action.target_type, action.count) == (name, len(body))
    page = care.get(reverse(f"admin:hub_{name}")).content.decode()
    assert 'href="?as=csv"' in page


@pytest.mark.parametrize("name", PAGES)
def test_who_may_not_see_a_page_takes_nothing_of_it_away(name: str, login: Login) -> None:
    assert login("nobody").get(reverse(f"admin:hub_{name}"), {"as": "csv"}).status_code == 403


def test_of_what_needs_a_person_all_that_the_filters_leave_with_what_staff_said(staff: Client) -> None:
    for _each in range(60):
        rows.record(Status.FAILED)
    rows.orphan()
    chosen = rows.record(Status.FAILED)
    staff.post(reverse("admin:hub_note_needs"), {"chosen": f"failure:{chosen.pk}", "note": "=HYPERLINK(1)"})
    heads, *body = page_taken(staff, "needs", kind="failure")
    assert len(body) == 61
    assert {row[0] for row in body} == {"failure"}
    (noted,) = (row for row in body if row[-1])
    assert noted[-1] == "'=HYPERLINK(1)"
    assert chosen.entity_id in noted[heads.index("what")]
    assert "in the CRM" not in "".join(map("".join, body))  # what leads elsewhere says nothing of the row
    action = StaffAction.objects.get(action="export_list")
    assert (action.count, action.detail) == (61, "kind=failure")
    word = page_taken(staff, "needs", q=chosen.entity_id)
    assert len(word) == 2
    last = StaffAction.objects.filter(action="export_list").latest("pk")
    assert last.detail == ""  # not what was searched for


def test_a_file_of_what_needs_a_person_ends_at_no_number(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNT_UP_TO", 3)
    monkeypatch.setattr(listing, "AT_ONCE", 2)
    made = [rows.record(Status.FAILED).entity_id for _each in range(7)]
    _heads, *body = page_taken(staff, "needs", kind="failure")
    assert len(body) == 7
    assert all(any(ident in row[1] for row in body) for ident in made)


def test_a_worker_can_not_be_called_a_formula(care: Client) -> None:
    rows.Worker.objects.create(name="=1+1", started_at=timezone.now())
    assert page_taken(care, "workers")[1][0] == "'=1+1"
