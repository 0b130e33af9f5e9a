"""Every page, full and empty, in both languages, light and dark, wide and narrow: axe-core finds nothing, the keyboard
reaches what a mouse can press, nothing is wider than a telephone and no control is cut off there."""

from __future__ import annotations

import pytest

from tests.browser import looks, stock
from tests.browser.conftest import Desk
from tests.browser.looks import DARK, NARROW, WIDE, axe, cut_off, mouse_only, size, violations
from tests.browser.places import name_of, places
from tests.world import world

pytestmark = pytest.mark.browser
__all__ = ["axe"]
COLOURS = ("color-contrast",)  # all that a theme changes
AROUND = ("index", "syncapp_record_changelist", "auth_user_change", "hub_needs")  # one of each kind of page


class Found(dict[str, list[str]]):
    """What is wrong, and on which pages."""

    def note(self, found: list[str], where: str) -> None:
        for each in found:
            self.setdefault(each, []).append(where)

    def __str__(self) -> str:
        return "\n".join(f"{what}\n  on {len(pages)}: {pages[:3]}" for what, pages in sorted(self.items()))


def look(desk: Desk, axe: str, address: str, found: Found, language: str, *, filled: bool) -> None:
    """At one page: German at a desk and on a telephone, English on one of both, each light and dark; of what is around
    all pages, dark too, once for each kind of page."""
    page = desk.page
    size(page, *(WIDE if language == "de" or not filled else NARROW))
    desk.open(address)
    assert page.locator("html").get_attribute("lang") == language
    found.note([*violations(page, axe), *mouse_only(page), *cut_off(page)], address)
    around = name_of(address) in AROUND
    found.note(violations(page, axe, DARK, main=not around, rules=() if around else COLOURS), address)
    if language == "de":
        size(page, *NARROW)
        found.note([*violations(page, axe, main=True), *cut_off(page)], address)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("filled", [True, False])
def test_nothing_is_wrong_with_any_page(desk: Desk, axe: str, filled: bool, language: str) -> None:
    found = Found()
    with world():
        chief = stock.staff()
        made = stock.fill() if filled else {}
        desk.open("/admin/login/")
        desk.page.get_by_role("button", name=language.upper(), exact=True).click()
        for width in (WIDE, NARROW):
            size(desk.page, *width)
            for theme in (looks.LIGHT, DARK):
                found.note([*violations(desk.page, axe, theme), *cut_off(desk.page), *mouse_only(desk.page)], "login")
        stock.enter(desk.page.context, desk.home, chief)
        size(desk.page, *WIDE)
        desk.open("/admin/").locator("[aria-controls=hub-account]").click()
        for theme in (looks.LIGHT, DARK):
            found.note(violations(desk.page, axe, theme, rules=COLOURS), "the account's menu")
        for address in places(made):
            look(desk, axe, address, found, language, filled=filled)
    assert not found, str(found)
