"""A browser without script sends every field of the filters, the empty ones too; what was chosen holds all the same."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import StaffAction
from tests.integration.admin import rows

RECORDS = f"{reverse('admin:syncapp_record_changelist')}?status=open"
NEEDS = f"{reverse('admin:hub_needs')}?kind=failure"


class Filters(HTMLParser):
    """The fields of the form above a list, in its order, with what stands in them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: list[tuple[str, str, str]] = []  # kind, name, value
        self._inside = self._chosen = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = "data-autosubmit" in given
        elif not self._inside or given.get("form"):
            return
        elif tag == "select":
            self.fields.append(("select", given["name"], ""))
        elif tag == "option" and "selected" in given:
            self.fields[-1] = (*self.fields[-1][:2], given["value"])
        elif tag == "input" and given.get("name"):
            self.fields.append((given.get("type", "text"), given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"

    def sent(self, **chosen: str) -> str:
        """`select`, `date`: what somebody chose in the field of that kind named `since`."""
        return urlencode(
            [(name, chosen.get(kind, value) if name == "since" else value) for kind, name, value in self.fields]
        )

    @property
    def since(self) -> list[str]:
        return [value for _kind, name, value in self.fields if name == "since"]


def shown(client: Client, address: str) -> tuple[Filters, str]:
    page = client.get(address).content.decode()
    return Filters(page), page


@pytest.mark.parametrize("address", [RECORDS, NEEDS])
def test_the_day_holds_where_there_is_one_and_else_the_choice(staff: Client, address: str) -> None:
    now, path = timezone.now(), address.partition("?")[0]
    made = [rows.record(changed_at=now - timedelta(hours=hours)).entity_id for hours in (2, 72, 216)]
    today, long_ago = (str(timezone.localdate() - timedelta(days=days)) for days in (1, 100))
    form, _page = shown(staff, address)
    assert form.since == ["", ""]
    for chosen, stands, expected in (
        ({}, ["", ""], made),
        ({"select": "168"}, ["168", ""], made[:2]),
        ({"select": "1", "date": long_ago}, ["", long_ago], made),  # the day
        ({"select": "168", "date": ""}, ["168", ""], made[:2]),  # taken away again
        ({"date": today}, ["", today], made[:1]),  # it still says 168 beside it
        ({"select": "720"}, ["", today], made[:1]),  # the day still stands there
        ({"select": "", "date": ""}, ["", ""], made),
    ):
        form, page = shown(staff, f"{path}?{form.sent(**chosen)}")
        assert form.since == stands, chosen
        assert [each in page for each in made] == [each in expected for each in made], chosen


@pytest.mark.parametrize("address", [RECORDS, NEEDS])
def test_what_is_taken_away_as_a_file_is_what_is_shown(staff: Client, address: str) -> None:
    now = timezone.now()
    new, old = (rows.record(changed_at=now - timedelta(hours=hours)).entity_id for hours in (2, 200))
    form, _page = shown(staff, address)
    sent = form.sent(select="168")
    assert "since=168&since=" in sent
    file = b"".join(staff.get(f"{address.partition('?')[0]}?{sent}&as=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert (new in file, old in file) == (True, False)
    assert "since=168" in StaffAction.objects.get(action="export_list").detail
