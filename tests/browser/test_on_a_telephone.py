"""Lists where their heads are not shown, and the first page of all, as it is before anything of it is known."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from syncapp.models import StaffAction
from tests.browser import stock
from tests.browser.conftest import Desk
from tests.browser.looks import NARROW, WIDE, size
from tests.integration.admin import rows

pytestmark = pytest.mark.browser
FAILURES = "/admin/syncapp/record/?status=open"


@pytest.fixture
def phone(desk: Desk) -> Desk:
    """Of somebody of the firm, with two failures."""
    for attempts, ident in ((7, "seven"), (2, "two")):
        rows.record(entity_id=ident, attempts=attempts)
    stock.enter(desk.page.context, desk.home, rows.user("erika", rows.STAFF))
    size(desk.page, *NARROW)
    return desk


def test_cards_are_sorted_too(phone: Desk) -> None:
    page = phone.open(FAILURES)
    first = page.locator("#result_list tbody tr").first
    page.get_by_label("Sort by").select_option(label="Attempts, ascending")
    expect(first).to_contain_text("two")
    assert "status=open" in page.url
    page.get_by_label("Sort by").select_option(label="Attempts, descending")
    expect(first).to_contain_text("seven")
    size(page, *WIDE)
    expect(page.get_by_label("Sort by")).to_be_hidden()  # there are heads


def test_a_card_leaves_out_what_there_is_nothing_of(phone: Desk) -> None:
    rows.record("in_sync", entity_id="well")
    page = phone.open("/admin/syncapp/record/?status=in_sync")
    why = page.locator("#result_list tbody td", has_text="–").first
    expect(why).to_be_hidden()
    size(page, *WIDE)
    expect(why).to_be_visible()  # a column of a table stays one


def test_a_card_leaves_out_an_empty_text_and_keeps_what_is_to_be_ticked(phone: Desk) -> None:
    with StaffAction.recorded("retry", "Record", 1):
        pass
    page = phone.open("/admin/syncapp/staffaction/")
    expect(page.locator("#result_list .field-count")).to_be_visible()
    expect(page.locator("#result_list .field-how")).to_have_count(1)
    expect(page.locator("#result_list .field-how")).to_be_hidden()
    page = phone.open(FAILURES)
    expect(page.locator("#result_list .action-checkbox").first).to_be_visible()


def test_the_bar_of_what_can_be_done_lies_over_no_words(phone: Desk) -> None:
    page = phone.open(FAILURES)
    size(page, *WIDE)
    expect(page.get_by_text("2 records")).to_be_visible()
    page.locator("input.action-select").first.check()
    expect(page.get_by_text("2 records")).to_be_hidden()


def test_the_login_begins_in_its_first_field(desk: Desk) -> None:
    """Nothing of the page is in the browser's cache, so that it is hidden when the browser looks where to begin."""
    for _visit in range(2):
        desk.open("/admin/login/")
        expect(desk.page.locator("[name=username]")).to_be_focused()
