"""What stands below a list: how many there are, of what, and that there are more than were counted."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.admin.kit import paging
from tests.integration.admin import rows

JOURNAL = reverse("admin:syncapp_journalentry_changelist")


def foot(client: Client, language: str, address: str = JOURNAL) -> str:
    page = client.get(address, headers={"accept-language": language}).content.decode()
    found = re.search(r'(?s)<div class="hub-pages">(.*?)</div></div>', page)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


@pytest.mark.parametrize(
    ("language", "one", "three"),
    [("en", "1 journal entry", "3 journal entries"), ("de", "1 Journaleintrag", "3 Journaleinträge")],
)
def test_how_many_of_what(language: str, one: str, three: str, staff: Client) -> None:
    rows.entry()
    assert foot(staff, language) == one
    rows.entry()
    rows.entry()
    assert foot(staff, language) == three


@pytest.mark.parametrize(("language", "words"), [("en", "10,000+ journal entries"), ("de", "10.000+ Journaleinträge")])
def test_that_there_are_more_is_said(language: str, words: str, staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.entry()
    monkeypatch.setattr(paging, "counted", lambda _rows: paging.COUNT_UP_TO)
    assert foot(staff, language).endswith(words)
