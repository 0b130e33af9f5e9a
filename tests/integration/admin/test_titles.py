"""Titles of pages stay in the history of a browser: what the page is about by kind and id, never by a name."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.integration.admin import rows


def title_of(client: Client, address: str) -> str:
    found = re.search(r"<title>(.*?)</title>", client.get(address).content.decode(), re.DOTALL)
    assert found
    return " ".join(found[1].split())


def test_a_title_says_kind_and_id_and_nothing_of_a_client(care: Client) -> None:
    made = rows.everything()
    record, link, employee = made["record"], made["link"], made["employee"]
    for name, row, wanted in (
        ("syncapp_record_change", record, f"Document {record.entity_id}"),
        ("syncapp_calendarlink_change", link, f"Appointment {link.number}"),
        ("syncapp_calendaremployee_change", employee, "Employee SB"),
        ("syncapp_task_change", made["task"], f"Task {made['task'].pk}"),
        ("syncapp_journalentry_change", made["entry"], f"Journal entry {made['entry'].pk}"),
        ("syncapp_orphan_change", made["orphan"], f"Orphan {made['orphan'].pk}"),
        ("hub_conflict", made["conflict"], f"Conflict {made['conflict'].entity_id}"),
    ):
        assert title_of(care, reverse(f"admin:{name}", args=[row.pk])) == f"{wanted} | BitByLaw Hub", name
    assert title_of(care, reverse("admin:hub_trace", args=["t1"])) == "Trace t1 | BitByLaw Hub"
    assert title_of(care, f"{reverse('admin:syncapp_record_changelist')}?status=open") == "Failures | BitByLaw Hub"


@pytest.mark.parametrize(
    ("name", "kept"),
    [("syncapp_calendarlink_change", "Güteverhandlung"), ("syncapp_calendaremployee_change", "Sabine Brandt")],
)
def test_the_page_itself_says_what_people_call_it(name: str, kept: str, care: Client) -> None:
    made = rows.everything()
    row = made["link"] if "link" in name else made["employee"]
    address = reverse(f"admin:{name}", args=[row.pk])
    heading = re.search(r"<h1.*?</h1>", care.get(address).content.decode(), re.DOTALL)
    assert heading
    assert kept in heading[0]
    assert kept not in title_of(care, address)
