"""The picture of the flows: numbers of now and of the last hour, what stands is red, each number leads to its list."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from syncapp.admin.machinery import picture
from syncapp.admin.machinery.picture_layout import WIDTH, Box, Picture
from syncapp.models import InboxItem, Status, StepSwitch, System
from tests.integration.admin import rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def drawn(language: str = "en") -> Picture:
    with translation.override(language):
        return picture.draw(picture.step_views())


def box(of: Picture, key: str) -> Box:
    return next(each for each in of.boxes if each.node.key == key)


def words(of: Box) -> list[str]:
    return [line.words for line in of.node.lines]


def link(of: Picture, start: str, end: str) -> Any:
    return next(each.link for each in of.arrows if (each.link.start, each.link.end) == (start, end))


def run(outcome: str, minutes: float, **more: Any) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    rows.attempt(rows.record(Status.IN_SYNC, reason="", system=""), outcome=outcome, started_at=at, **more)


def test_numbers_of_the_last_hour_are_on_nodes_and_arrows() -> None:
    record = rows.record(Status.IN_SYNC, reason="", system="")
    message = rows.message()
    InboxItem.objects.create(message=message, position=0, entity_type="CDokumente", entity_id="1", record=record)
    rows.message(received_at=timezone.now() - timedelta(hours=2))
    call = {"system": "xai", "status": 200, "ms": 3}
    run("in_sync", 30, calls=[call, call])
    run("failed", 30, calls=[{**call, "system": "espocrm"}])
    run("failed", 61, calls=[call])
    found = drawn()
    assert words(box(found, "document_sync"))[-1] == "last hour: 1 done, 1 failed"
    assert link(found, "from espocrm", "document_webhook").count == 1
    assert link(found, "document_webhook", "document_sync").count == 1
    assert link(found, "document_sync", "to xai").count == 2
    assert link(found, "document_sync", "to espocrm").count == 1
    assert link(found, "document_webhook", "document_sync").moves
    assert not link(found, "document_sync", "to xai").moves  # 30 minutes ago


def test_what_stands_is_red() -> None:
    System.objects.create(name="xai", state="down", next_probe_at=timezone.now())
    StepSwitch.objects.create(step="collection_sync", paused=True)
    rows.record(Status.WAITING, due_at=timezone.now() - timedelta(minutes=12))
    found = drawn()
    assert box(found, "to xai").node.tone == "bad"
    assert link(found, "document_sync", "to xai").tone == "bad"
    assert link(found, "document_sync", "to espocrm").tone == "quiet"
    assert box(found, "collection_sync").node.tone == "bad"
    assert words(box(found, "collection_sync"))[1] == "paused, 0 waiting"
    assert words(box(found, "document_sync"))[1] == "1 waiting, for 12 min"


def test_what_waits_for_its_time_does_not_stand() -> None:
    rows.record(Status.WAITING, due_at=timezone.now() + timedelta(hours=1))
    rows.record(Status.WAITING, due_at=timezone.now() - timedelta(seconds=20))
    assert box(drawn(), "document_sync").node.tone == "good"


def test_every_box_is_reached_and_none_lies_on_another() -> None:
    found = drawn()
    ends = {each.link.start for each in found.arrows} | {each.link.end for each in found.arrows}
    assert {each.node.key for each in found.boxes} == ends
    for x in {each.x for each in found.boxes}:
        column = sorted((each for each in found.boxes if each.x == x), key=lambda each: each.y)
        assert all(above.y + above.height < below.y for above, below in pairwise(column))
        assert all(each.y >= 0 and each.y + each.height <= found.height for each in column)
    places = [(each.x, each.y) for each in found.arrows]
    assert len(places) == len(set(places))  # no number lies on another


@pytest.mark.parametrize("language", ["de", "en"])
def test_names_are_words_that_fit(language: str) -> None:
    for each in drawn(language).boxes:
        assert "_" not in each.title, each.title
        assert len(each.title) * 7.6 < WIDTH - 20, each.title
        assert all(len(line.words) * 6.2 < WIDTH - 16 for line in each.node.lines), words(each)


def test_each_number_leads_to_the_list_behind_it(care: Client) -> None:
    rows.everything()
    run("in_sync", 1, calls=[{"system": "xai", "status": 200, "ms": 3}])
    found = drawn()
    urls = {line.url for each in found.boxes for line in each.node.lines} | {each.node.url for each in found.boxes}
    urls |= {each.link.url for each in found.arrows if each.link.count}
    page = care.get(reverse("admin:hub_steps")).content.decode()
    for url in urls - {""}:
        assert care.get(url).status_code == 200, url
        assert url.replace("&", "&amp;") in page, url
    assert settings.CONFIG.WEBHOOK_ENTITIES
