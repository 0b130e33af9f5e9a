"""The search of the header, as staff use it: with the keyboard, on any page, at any width."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from syncapp.admin.kit import names
from syncapp.models import StaffAction, Status
from tests.browser.conftest import Desk
from tests.integration.admin import rows
from tests.world import World, world

pytestmark = pytest.mark.browser


@pytest.fixture
def firm(transactional_db: None) -> Iterator[World]:
    names.forget()
    with world() as made:
        yield made


@pytest.mark.parametrize("width", [1440, 390])
def test_a_client_is_found_with_the_keyboard_alone(desk: Desk, firm: World, width: int) -> None:
    case = firm.parent(name="Wendland ./. Meier")
    failed = rows.record(Status.FAILED, step="collection_sync", entity_type="Raeumungsklage", entity_id=case)
    firm.sandbox.create("CBeteiligte", {"firstName": "Jörn", "lastName": "Wendland"})
    rows.user("erika", rows.STAFF)
    page = desk.page
    page.set_viewport_size({"width": width, "height": 850})
    desk.enter("erika")
    desk.open("/admin/hub/systems/")
    page.keyboard.press("Control+k")
    expect(page.locator("#hub-search")).to_be_focused()
    page.keyboard.type("Wendland")
    page.keyboard.press("Enter")
    found = page.locator("#hub-found")
    expect(found.locator(".hub-found-card")).to_have_count(2)
    expect(found).to_contain_text("Jörn Wendland")
    expect(found).to_contain_text("xAI refused the data.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "Wendland" not in page.url
    page.keyboard.press("ArrowDown")
    expect(found.locator("a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#hub-search")).to_be_focused()
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.home}/admin/syncapp/record/{failed.pk}/change/")
    assert StaffAction.objects.filter(action="search").count() == 1


def test_a_login_that_has_ended_is_no_result(desk: Desk, firm: World) -> None:
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.page.context.clear_cookies()
    desk.page.fill("#hub-search", "Wendland")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#hub-found")).to_contain_text("Please try again.")
    desk.complaints.clear()  # the browser says that it was refused
