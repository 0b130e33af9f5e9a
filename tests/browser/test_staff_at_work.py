"""Staff at work, as they do it: with a browser, by what is written on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F
from playwright.sync_api import Route, expect

from syncapp.engine.runs.runner import Preview
from syncapp.events import running
from syncapp.flows.comparing import orphans
from syncapp.models import InboxState, Orphan, OrphanState, Reason, Record, StaffAction, Status
from tests.browser.conftest import Desk
from tests.integration.admin import rows

pytestmark = pytest.mark.browser


def test_login_and_an_empty_start_page_that_explains_itself(desk: Desk) -> None:
    rows.user("erika", rows.STAFF)
    desk.open("/admin/")
    desk.enter("erika")
    expect(desk.page.get_by_text("Nothing has been synchronised yet")).to_be_visible()


def test_a_failure_is_found_and_tried_again(desk: Desk) -> None:
    failed = rows.record()
    rows.attempt(failed)
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.page.click(".hub-tile[data-state=failed]")
    desk.page.click(f"text={failed.entity_id}")
    desk.page.click("details.hub-attempt summary")
    expect(desk.page.get_by_text("/v1/files")).to_be_visible()
    desk.page.get_by_role("button", name="Retry").click()
    expect(desk.page.get_by_text("It is its turn now")).to_be_visible()
    failed.refresh_from_db()
    assert failed.status == Status.WAITING


def test_a_row_of_the_list_is_tried_again_in_place_and_tells_what_came_of_it(desk: Desk) -> None:
    failed, again, conflict = rows.record(), rows.record(), rows.record(Status.CONFLICT)
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.open("/admin/syncapp/record/?status=open")
    address = desk.page.url

    def row(record: Record) -> Any:
        return desk.page.locator("tr", has_text=record.entity_id)

    assert row(conflict).get_by_role("button").count() == 0  # a retry can't mend it: its own link is there
    row(failed).get_by_role("button", name="Retry").click()
    expect(row(failed).get_by_text("waiting")).to_be_visible()
    Record.objects.filter(pk=failed.pk).update(
        status=Status.IN_SYNC, reason="", detail="", system="", due_at=None, served=F("requested")
    )
    expect(row(failed).get_by_text("in sync")).to_be_visible()
    expect(row(failed).get_by_role("button")).to_have_count(0)

    row(again).get_by_role("button", name="Retry").click()
    expect(row(again).get_by_text("waiting")).to_be_visible()
    Record.objects.filter(pk=again.pk).update(status=Status.FAILED, reason=Reason.EXHAUSTED, due_at=None)
    expect(row(again).get_by_text("It was tried several times")).to_be_visible()
    expect(row(again).get_by_role("button", name="Retry")).to_be_visible()
    assert desk.page.url == address
    assert list(StaffAction.objects.values_list("action", "count")) == [("retry", 1), ("retry", 1)]


def test_all_with_the_same_cause_are_tried_again(desk: Desk) -> None:
    for _ in range(3):
        rows.record()
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.page.get_by_role("button", name="Retry all 3").click()
    expect(desk.page.get_by_text("3 records are tried again. These are the oldest of them:")).to_be_visible()
    assert not StaffAction.objects.exists()
    desk.page.get_by_role("button", name="Retry all 3").dblclick()
    expect(desk.page.get_by_text("3 records are tried again now.")).to_be_visible()
    assert list(Record.objects.values_list("requested", flat=True)) == [2, 2, 2]
    assert StaffAction.objects.count() == 1


def test_preview_then_do_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = rows.record(Status.IN_SYNC)
    monkeypatch.setattr(
        running,
        "preview",
        lambda record: Preview(({"kind": "document.attach", "collection_id": "collection_1"},), "in_sync"),
    )
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.open(f"/admin/syncapp/record/{settled.pk}/change/")
    desk.page.get_by_role("button", name="Preview").click()
    expect(desk.page.get_by_text("put it into the collection collection_1")).to_be_visible()
    desk.page.get_by_role("button", name="Do it now").click()
    expect(desk.page.get_by_text("It is its turn now")).to_be_visible()


def test_a_quarantined_webhook_is_processed_again(desk: Desk) -> None:
    rows.message(InboxState.QUARANTINED, body=b'[{"id": "65f0c0ffee0000001"}]', reason="not JSON", rejected=[])
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.page.get_by_role("link", name=re.compile("^.*Quarantine")).first.click()
    desk.page.click("#result_list tbody a")
    desk.page.get_by_role("button", name="Process again").click()
    expect(desk.page.get_by_text("1 item was accepted.")).to_be_visible()
    expect(desk.page.get_by_role("link", name="65f0c0ffee0000001")).to_be_visible()


def test_an_orphan_is_deleted_only_after_the_box_is_ticked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def delete(orphan: Any) -> bool:
        return bool(Orphan.objects.filter(pk=orphan.pk).update(state=OrphanState.DELETED))

    monkeypatch.setattr(orphans, "delete", delete)
    orphan = rows.orphan()
    rows.user("karl", rows.CARE)
    desk.enter("karl")
    desk.open(f"/admin/syncapp/orphan/{orphan.pk}/change/")
    expect(desk.page.get_by_text("It can't be undone.")).to_be_visible()
    desk.page.get_by_role("button", name="Delete for good").click()
    orphan.refresh_from_db()
    assert orphan.state == OrphanState.OPEN
    desk.page.check("[name=understood]")
    desk.page.get_by_role("button", name="Delete for good").click()
    expect(desk.page.get_by_text("Deleted in the other system.")).to_be_visible()


def test_the_language_is_switched_and_stays(desk: Desk) -> None:
    rows.user("erika", rows.STAFF)
    desk.open("/admin/login/")
    desk.page.get_by_role("button", name="DE", exact=True).click()
    expect(desk.page.get_by_text("Willkommen bei")).to_be_visible()
    desk.enter("erika")
    expect(desk.page.get_by_text("Noch nichts synchronisiert")).to_be_visible()
    desk.page.get_by_role("button", name="EN", exact=True).click()
    expect(desk.page.get_by_text("Nothing has been synchronised yet")).to_be_visible()


def test_the_numbers_refresh_by_themselves(desk: Desk) -> None:
    rows.record(Status.IN_SYNC)
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    expect(desk.page.locator(".hub-tile[data-state=in_sync] .hub-number")).to_have_text("1")
    rows.record(Status.IN_SYNC)
    expect(desk.page.locator(".hub-tile[data-state=in_sync] .hub-number")).to_have_text("2", timeout=12_000)


def test_a_page_that_refreshes_keeps_its_buttons_working(desk: Desk) -> None:
    rows.record()
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    with desk.page.expect_response("**/hub/numbers/", timeout=12_000):
        pass
    desk.page.get_by_role("button", name="Retry", exact=True).click()
    expect(desk.page.get_by_text("1 record is tried again now.")).to_be_visible()


def test_a_page_that_a_button_led_to_presses_it_once_although_the_login_has_ended(desk: Desk) -> None:
    rows.record(), rows.record()
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    sent: list[str] = []
    desk.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    def ended(route: Route) -> None:
        Session.objects.all().delete()
        route.continue_()

    desk.page.route("**/admin/hub/names/", ended)
    desk.page.get_by_role("button", name="Retry all 2").click()
    desk.page.wait_for_url("**/admin/login/**")
    assert [url for url in sent if "retry" in url] == [f"{desk.home}/admin/hub/causes/retry/"]
