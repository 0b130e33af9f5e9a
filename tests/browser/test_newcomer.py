"""Somebody who has never seen the hub, on a telephone, in German, with nothing but a keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from syncapp.admin.kit import names
from syncapp.models import About, Figures, Record, Span, Status
from syncapp.upkeep.summing import HOUR, day_of
from tests.browser.conftest import Desk
from tests.browser.looks import NARROW, size
from tests.browser.stock import enter
from tests.integration.admin import rows
from tests.parties import Parties
from tests.world import World, world

pytestmark = pytest.mark.browser
FOCUSED = """() => {
  const each = document.activeElement;
  const copy = each.cloneNode(true);
  for (const icon of copy.querySelectorAll("[aria-hidden=true], .material-symbols-outlined")) icon.remove();
  const box = each.getBoundingClientRect();
  const within = box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
  const seen = within && each.checkVisibility();
  return [each.getAttribute("aria-label") || copy.textContent.trim() || each.name || "", seen];
}"""


@dataclass
class Hands:
    """Nothing here but what a keyboard can do."""

    page: Page

    def tab_to(self, words: str, within: int = 12) -> None:
        """Nobody presses Tab fifty times, and nobody presses it blindly: what has the focus is to be seen."""
        passed = []
        for _step in range(within):
            self.page.keyboard.press("Tab")
            label, seen = self.page.evaluate(FOCUSED)
            passed.append(label)
            assert seen, f"the focus is on {label!r}, which is not to be seen"
            if re.search(words, label):
                return
        raise AssertionError(f"{within} times Tab, but no {words!r}: {passed}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def to_the_content(self) -> None:
        self.tab_to("Zum Inhalt", within=1)
        self.press("Enter")

    def open_the_menu(self) -> None:
        self.press("Enter")
        expect(self.page.locator("#nav-sidebar a").first).to_be_focused()

    def in_the_menu(self, words: str) -> None:
        self.tab_to("Menü")
        self.open_the_menu()
        self.tab_to(words, within=25)
        self.press("Enter")


@pytest.fixture
def firm(transactional_db: None) -> Iterator[World]:
    names.forget()
    with world() as made:
        yield made


@pytest.fixture
def hands(desk: Desk, firm: World) -> Hands:
    """Of Erika, on her first morning; her password she has typed."""
    size(desk.page, *NARROW)
    erika = rows.user("erika", rows.STAFF)
    enter(desk.page.context, desk.home, erika)
    german = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "de", "url": desk.home}
    desk.page.context.add_cookies([german])
    desk.open("/admin/")
    expect(desk.page.locator("main")).to_be_visible()
    return Hands(desk.page)


def test_what_is_wrong_is_found_and_mended(hands: Hands, firm: World) -> None:
    page = hands.page
    firm.sandbox.add_fault("status", system="xai", status=422, times=None)
    document = firm.document(firm.parent(name="Wendland ./. Meier"))
    firm.event(document)
    firm.drive()
    assert firm.record(document).status == Status.FAILED
    firm.sandbox.clear_faults()  # whatever it was

    page.reload()
    expect(page.get_by_text("braucht jemanden")).to_be_visible()
    hands.to_the_content()
    hands.tab_to("Das brauchen wir von Ihnen")
    hands.press("Enter")
    expect(page.get_by_role("heading", name="Das brauchen wir von Ihnen")).to_be_visible()
    row = page.locator("tr[data-row]", has_text=document)
    expect(row).to_contain_text("Vertrag")  # its name, not only its id
    expect(row).to_contain_text("xAI")  # whose fault it was
    hands.to_the_content()
    hands.tab_to("Erneut versuchen", within=25)
    hands.press("Enter")
    expect(row.get_by_text("wartet")).to_be_visible()
    firm.drive()
    expect(row.get_by_text("abgeglichen")).to_be_visible()
    hands.press("Home")
    page.goto(page.url.replace("/hub/needs/", "/"))
    expect(page.get_by_text("Nichts braucht einen Menschen.")).to_be_visible()
    assert set(Record.objects.values_list("status", flat=True)) == {Status.IN_SYNC}


def test_a_client_is_found_everywhere(hands: Hands, firm: World) -> None:
    page = hands.page
    pk, number = Parties(firm).pair()
    hands.press("Control+k")
    page.keyboard.type("Wendland")
    hands.press("Enter")
    card = page.locator("#hub-found .hub-found-card", has_text=pk)
    for words in ("Almut Wendland", "EspoCRM", "Advoware", str(number), "abgeglichen"):
        expect(card).to_contain_text(words)
    hands.press("ArrowDown", "Enter")
    expect(page).to_have_url(re.compile(f"/admin/syncapp/record/{Parties(firm).record(pk).pk}/change/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wendland")


def test_whether_yesterday_was_worse_than_today(hands: Hands) -> None:
    today = day_of(timezone.now())
    yesterday = day_of(today - HOUR)
    for day, failed in ((day_of(yesterday - HOUR), 0), (yesterday, 3), (today, 0)):
        for number in range(24):
            if (begins := day + number * HOUR) + HOUR <= timezone.now() + timedelta(seconds=1):
                sums = {"settled": 10, "failed": failed, "later": 0, "waited": {"19": 10}}
                Figures.objects.create(span=Span.HOUR, begins_at=begins, about=About.EVERYTHING, name="", sums=sums)
    hands.in_the_menu("^Verlauf")
    page = hands.page
    expect(page.get_by_role("heading", level=1)).to_contain_text("Verlauf")
    expect(page.get_by_text(re.compile("Gestern war schlechter als (heute|vorgestern)"))).to_be_in_viewport()


def test_the_menu_and_the_account_open_and_close(hands: Hands) -> None:
    page = hands.page
    hands.tab_to("Menü")
    hands.open_the_menu()
    hands.tab_to("Menü schließen", within=2)
    hands.press("Enter")
    expect(page.locator("#hub-menu")).to_be_focused()
    hands.open_the_menu()
    hands.press("Escape")
    expect(page.locator("#hub-menu")).to_be_focused()
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    hands.open_the_menu()
    hands.tab_to("Konto von erika", within=40)
    hands.press("Enter")
    expect(page.locator("#hub-account")).to_be_visible()
    hands.tab_to("Dunkel", within=3)
    hands.press("Enter")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    hands.tab_to("Abmelden", within=6)
    hands.press("Enter")
    expect(page.get_by_text("Abgemeldet").or_(page.locator("[name=username]")).first).to_be_visible()
