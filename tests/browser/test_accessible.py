"""axe-core finds nothing on any page: in both languages, light and dark, wide and narrow, full and empty."""

from __future__ import annotations

import os
from importlib import resources
from importlib.util import find_spec
from typing import Any

import pytest

from tests.browser.conftest import Desk
from tests.integration.admin import rows
from tests.integration.admin.test_pages import addresses

pytestmark = pytest.mark.browser
PARTS = ("/state/", "/numbers/")  # of pages, not pages
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const where = (nodes) => nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ");
  return found.violations.map((each) => [each.id, where(each.nodes)]);
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    if find_spec("axe_playwright_python") is None:
        if os.environ.get("HUB_REQUIRE_SERVERS") == "1":
            pytest.fail("axe-playwright-python is missing: requirements/dev.txt names it")
        pytest.skip("axe-playwright-python is not installed")
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(desk: Desk, axe: str, theme: str) -> list[tuple[str, str]]:
    desk.page.evaluate("theme => document.documentElement.classList.toggle('dark', theme === 'dark')", theme)
    desk.page.add_style_tag(content="*, ::before, ::after { animation: none !important; transition: none !important; }")
    if not desk.page.evaluate("'axe' in window"):
        desk.page.evaluate(axe)
    found: list[Any] = desk.page.evaluate(RUN)
    return [(str(rule), str(where)) for rule, where in found]


@pytest.mark.parametrize(("language", "width"), [("de", 1440), ("en", 390)])
def test_axe_finds_nothing_on_any_page(desk: Desk, axe: str, language: str, width: int) -> None:
    made = rows.everything()
    rows.user("chief", is_superuser=True)
    desk.page.set_viewport_size({"width": width, "height": 900})
    desk.open("/admin/login/")
    found: dict[tuple[str, str], list[str]] = {}
    desk.page.get_by_role("button", name=language.upper(), exact=True).click()
    for violation in violations(desk, axe, "light"):
        found.setdefault(violation, []).append("/admin/login/")
    desk.enter("chief")
    for address in addresses(made):
        if any(part in address for part in PARTS):
            continue
        desk.open(address)
        assert desk.page.locator("html").get_attribute("lang") == language
        for theme in ("light", "dark"):
            for violation in violations(desk, axe, theme):
                found.setdefault(violation, []).append(f"{theme} {address}")
    told = [f"{rule}: {where}\n  on {len(pages)}: {pages[:3]}" for (rule, where), pages in sorted(found.items())]
    assert not found, "\n".join(told)
