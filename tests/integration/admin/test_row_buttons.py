"""Each list of failures has in each row what ends it, for those who may; the file that is taken away has no buttons."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.models import InboxState, LinkState, StaffAction
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

MANY = ("record", "task", "orphan", "journalentry", "calendaremployee")
SINGLE = {"calendarlink": "hub_resync_appointment", "inboxmessage": "hub_reprocess"}


def address(name: str) -> str:
    return reverse(f"admin:syncapp_{name}_changelist")


def of_rows(client: Client, name: str) -> list[str]:
    """Where the buttons of the rows lead, as the page has them."""
    return re.findall(r'<button[^>]* formaction="([^"]+)"', client.get(address(name)).content.decode())


def failing() -> dict[str, int]:
    failed = {"state": LinkState.FAILED, "reason": "rejected"}
    employee = rows.employee("SB")
    rows.link(employee, state=LinkState.AGREED)
    rows.link(rows.employee("AB", enabled=False), **failed)
    rows.message(InboxState.STORED)
    link = rows.link(employee, **failed)
    body = b'[{"id": "65f0c0ffee0000001"}]'
    message = rows.message(InboxState.QUARANTINED, body=body, reason="not JSON", rejected=[])
    return {"calendarlink": link.pk, "inboxmessage": message.pk}


@pytest.mark.parametrize("name", SINGLE)
def test_only_a_row_that_can_be_mended_has_its_button(name: str, staff: Client) -> None:
    pk = failing()[name]
    (leads_to,) = of_rows(staff, name)
    assert leads_to == reverse(f"admin:{SINGLE[name]}", args=[pk])
    answer = staff.post(leads_to, {"next": address(name)})
    assert answer["Location"] == address(name)
    assert StaffAction.objects.get().count == 1


@pytest.mark.parametrize("name", SINGLE)
def test_who_may_only_look_has_no_such_column(name: str, login: Login) -> None:
    failing()
    viewer = login("anna")
    rows.grant("anna", f"view_{name}")
    assert of_rows(viewer, name) == []
    assert "what you can do" not in viewer.get(address(name)).content.decode().lower()


def alike(row: str) -> list[str]:
    """What stands twice on what can be pressed in a row."""
    pressed = re.findall(r"(?s)<(?:a|button)\b[^>]*>(.*?)</(?:a|button)>", row)
    names = [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in pressed]
    return [name for name, times in Counter(names).items() if times > 1]


FAILURES = f"{address('record')}?status=open"


@pytest.mark.parametrize(
    "where", [reverse("admin:hub_needs"), reverse("admin:hub_conflicts"), *map(address, MANY), FAILURES]
)
def test_no_row_offers_the_same_words_twice(where: str, staff: Client) -> None:
    rows.everything()
    page = staff.get(where).content.decode()
    found = re.findall(r"(?s)<tr\b.*?</tr>", page)
    assert len(found) > 1
    assert [both for row in found if (both := alike(row))] == []


@pytest.mark.parametrize("name", [*SINGLE, "record"])
def test_a_file_holds_no_buttons(name: str, staff: Client) -> None:
    failing()
    rows.record()
    said = b"".join(staff.get(address(name), {"as": "csv"}).streaming_content).decode()
    assert said.count("\n") > 1
    assert not {"Retry", "Process again", "What you can do", "what you can do"} & set(re.split(r"[;\r\n]+", said))
