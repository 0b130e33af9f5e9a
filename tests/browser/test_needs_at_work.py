"""The list of what needs a person, with the keyboard; and questions that stay on the page wherever their button is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from syncapp.models import Handling, Record, Status
from tests.browser.conftest import Desk
from tests.integration.admin import rows
from tests.world import World
from tests.world import world as new_world

pytestmark = pytest.mark.browser

NOW_IN = "document.activeElement.closest('tr').textContent"
# A script moves the box when the browser tells it of the opening, which is some frames after the click.
BOX = """async () => {
  const box = document.querySelector('.hub-ask[open] .hub-ask-box');
  const page = document.querySelector('#content-main').getBoundingClientRect();
  let left, right;
  for (let frame = 0; frame < 60; frame++) {
    const now = box.getBoundingClientRect();
    [left, right] = [now.left - Math.max(page.left, 0), Math.min(page.right, innerWidth) - now.right];
    if (Math.min(left, right) >= 0) break;
    await new Promise(requestAnimationFrame);
  }
  return [left, right];
}"""


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as made:
        yield made


def test_the_banner_leads_to_the_list_and_keys_walk_retry_search_and_explain(desk: Desk) -> None:
    now = timezone.now()
    old, new = (rows.record(changed_at=now - timedelta(hours=hours)) for hours in (5, 1))
    rows.orphan()
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    expect(desk.page.get_by_text("3 things need a person.")).to_be_visible()
    desk.page.locator(".hub-verdict").get_by_role("link", name="What we need from you").click()
    page = desk.page
    expect(page.get_by_role("heading", name="What we need from you")).to_be_visible()

    page.keyboard.press("j")
    assert old.entity_id in page.evaluate(NOW_IN)
    page.keyboard.press("j")
    assert new.entity_id in page.evaluate(NOW_IN)
    page.keyboard.press("k")
    page.keyboard.press("k")  # there is none above the first
    assert old.entity_id in page.evaluate(NOW_IN)

    page.keyboard.press("r")
    expect(page.locator("tr", has_text=old.entity_id).get_by_text("waiting")).to_be_visible()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, new.status) == (Status.WAITING, Status.FAILED)

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys in lists")).to_be_visible()
    page.keyboard.press("j")  # not behind an open dialog
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    page.keyboard.press("/")
    page.keyboard.type("jk?rp")  # somebody types
    assert page.input_value(".hub-filters [name=words]") == "jk?rp"
    assert Record.objects.filter(status=Status.WAITING).count() == 1

    page.locator("[data-keys]").click()
    page.get_by_label("use these keys").uncheck()
    page.get_by_role("button", name="Close", exact=True).click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")  # they are off


def test_it_is_given_to_a_colleague_and_put_off_with_the_mouse(desk: Desk) -> None:
    failed = rows.record()
    rows.user("erika", rows.STAFF)
    anna = rows.user("anna", rows.STAFF)
    desk.enter("erika")
    desk.open("/admin/hub/needs/")
    desk.page.get_by_role("button", name="More").click()
    desk.page.get_by_label("Who does it?").select_option("anna")
    desk.page.get_by_role("button", name="Give", exact=True).click()
    expect(desk.page.locator("tr", has_text=failed.entity_id).get_by_text("anna")).to_be_visible()
    desk.page.get_by_label("all that match").or_(desk.page.get_by_label("the one that matches")).check()
    desk.page.get_by_role("button", name="Do something with the chosen ones").click()
    tomorrow = timezone.localdate() + timedelta(days=1)
    desk.page.get_by_label("Until which day?").fill(tomorrow.isoformat())
    desk.page.get_by_role("button", name="Put off", exact=True).click()
    expect(desk.page.get_by_text("Nothing needs you")).to_be_visible()
    note = Handling.objects.get()
    assert (note.assignee, note.snoozed_until) == (anna, tomorrow)


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_every_question_is_whole_on_the_page(desk: Desk, world: World, width: int) -> None:
    made = rows.everything()
    rows.user("karl", rows.CARE)
    desk.page.set_viewport_size({"width": width, "height": 900})
    desk.enter("karl")
    asked = 0
    for path in ("systems/", "steps/", "locks/", "needs/", f"../syncapp/record/{made['record'].pk}/change/"):
        desk.open(f"/admin/hub/{path}")
        for question in desk.page.locator("details.hub-ask > summary").all():
            question.click()
            left, right = desk.page.evaluate(BOX)
            assert min(left, right) >= 0, (path, question.inner_text(), left, right)
            question.click()
            asked += 1
    assert asked > 12
