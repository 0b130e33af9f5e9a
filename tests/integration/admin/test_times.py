"""Times on pages: all in the firm's time zone, all by one function, so that none can differ from the one beside it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.template.defaultfilters import date as formatted
from django.urls import reverse
from django.utils import timezone, translation

from syncapp.events import registry
from syncapp.events.spec import Kind
from syncapp.models import ScanRun, Status
from syncapp.words.timing_words import timing_in_words
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_pages import addresses

ELEMENT = re.compile(r'<time datetime="([^"]+)" title="([^"]*)">([^<]*)</time>')
CODE = re.compile(r"<(script|style)\b.*?</\1>|</?mark>", re.S)  # marks stand inside of words
# What an appointment says itself, as both sides have it: no moment of the hub's.
APPOINTMENT = re.compile(r"(\d\d\.\d\d\.\d{4}|\d{4}-\d\d-\d\d)( \d\d:\d\d( – \d\d:\d\d)?)?")
# 14:03, 2026-11-28T…, and what says of which zone it is.
BARE = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(:\d{2})?(?![\d:])|\d{4}-\d{2}-\d{2}[T ]|\bUTC\b|\+00:00|\bCET\b")


def visible(page: str, *, of_appointments: bool) -> str:
    text = unescape(re.sub(r"<[^>]+>", " ", ELEMENT.sub(" ", CODE.sub("", page))))
    for cron in {each.value for spec in registry.steps() for each in spec.triggers if each.kind is Kind.CRON}:
        text = text.replace(timing_in_words(cron), " ")  # "daily at 3:50" is no moment either
    return APPOINTMENT.sub(" ", text) if of_appointments else text


def looked_at(made: dict[str, object]) -> list[str]:
    """All but the hour of a setting, and JSON for the page's own script."""
    return [each for each in addresses(made) if each != reverse("admin:hub_notices") and not each.endswith("/state/")]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_time_on_every_page_is_by_the_one_function(language: str, login: Login) -> None:
    client = login("karl", rows.CARE, rows.PRIVACY)
    found, times = {}, 0
    for address in looked_at(rows.everything()):
        page = client.get(address, headers={"accept-language": language}).content.decode()
        with translation.override(language):
            text = visible(page, of_appointments="calendarlink" in address or "alike" in address)
        if bare := [text[max(0, hit.start() - 60) : hit.end() + 20] for hit in BARE.finditer(text)]:
            found[address] = bare
        for moment, title, words in ELEMENT.findall(page):
            times += 1
            local = timezone.localtime(datetime.fromisoformat(moment))
            with translation.override(language):
                day = formatted(local, "SHORT_DATE_FORMAT")
            assert f"{day} {local:%H:%M:%S}" in (title, words), (address, moment, title, words)
    assert found == {}
    assert times > 20


def test_a_comparison_is_named_by_the_firms_time() -> None:
    night = datetime.fromisoformat("2026-07-01T23:30:00+00:00")
    assert str(ScanRun(scan="everything", started_at=night)) == "everything 2026-07-02 01:30"


def test_what_should_have_begun_already_comes_next_and_did_not_run_minutes_ago(login: Login) -> None:
    client = login("karl", rows.CARE)
    waits = rows.record(Status.WAITING, due_at=timezone.now() - timedelta(minutes=3))
    later = rows.record(Status.WAITING, due_at=timezone.now() + timedelta(minutes=30))
    for address in (f"/admin/syncapp/record/{waits.pk}/change/", "/admin/syncapp/record/"):
        assert ">due now</time>" in client.get(address).content.decode()
    for_later = client.get(f"/admin/syncapp/record/{later.pk}/change/").content.decode()
    assert "due now" not in for_later
    assert "minutes from now" in for_later


def test_english_dates_are_written_as_the_values_of_fields_are() -> None:
    with translation.override("en"):
        assert formatted(datetime(2026, 5, 4), "SHORT_DATE_FORMAT") == "2026-05-04"
