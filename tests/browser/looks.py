"""What is wrong with how a page looks: for who can't see it well (axe), and for who sees it on a telephone."""

from __future__ import annotations

import os
from importlib import resources
from importlib.util import find_spec
from typing import Any

import pytest
from playwright.sync_api import Page

WIDE, NARROW = (1440, 900), (390, 844)
LIGHT, DARK = "light", "dark"

_AXE = """async ([main, rules]) => {
  const options = { resultTypes: ["violations"], ...(rules.length ? { runOnly: rules } : {}) };
  const found = await axe.run(main ? "main" : document, options);
  const where = (nodes) => nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ");
  return found.violations.map((each) => [each.id, where(each.nodes)]);
}"""
_STILL = "*, ::before, ::after { animation: none !important; transition: none !important; }"
# The story for the file has no theme: it is paper.
_THEME = """theme => {
  const page = document.documentElement;
  if (page.matches("[x-data]")) page.classList.toggle("dark", theme === "dark");
}"""

# What can be pressed or filled must be whole within the window and within whatever cuts off what leaves it. What
# scrolls sideways may hold more than it shows, but no button: who does not think of scrolling would never see it.
_CUT_OFF = """() => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  const whole = document.documentElement.scrollWidth;
  if (whole > wide) found.push(`the page is ${whole} wide`);
  const controls = "button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button]";
  for (const each of document.querySelectorAll(controls)) {
    if (!each.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const box = each.getBoundingClientRect();
    if (!box.width || !box.height || getComputedStyle(each).clipPath !== "none") continue;
    let [left, right] = [0, wide];
    for (let around = each.parentElement; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.overflowX === "visible") continue;
      if (["auto", "scroll"].includes(style.overflowX) && !each.matches(".hub-button")) {
        [left, right] = [-Infinity, Infinity];
        break;
      }
      const cut = around.getBoundingClientRect();
      [left, right] = [Math.max(left, cut.left), Math.min(right, cut.right)];
    }
    if (box.left >= left - 1 && box.right <= right + 1) continue;
    const [from, to, least, most] = [box.left, box.right, left, right].map(Math.round);
    found.push(`cut off: ${each.outerHTML.slice(0, 140)} ${from} to ${to}, seen ${least} to ${most}`);
  }
  return found;
}"""
# What a click does something with, the keyboard must reach.
_MOUSE_ONLY = """() => [...document.querySelectorAll("*")].filter((each) =>
    each.getAttributeNames().some((name) => /^(x-on:|@)click$/.test(name) || name === "onclick")
    && each.checkVisibility() && !each.matches("button, a[href], input, select, summary"))
  .map((each) => `only for a mouse: ${each.outerHTML.slice(0, 140)}`)"""


@pytest.fixture(scope="module")
def axe() -> str:
    if find_spec("axe_playwright_python") is None:
        if os.environ.get("HUB_REQUIRE_SERVERS") == "1":
            pytest.fail("axe-playwright-python is missing: requirements/dev.txt names it")
        pytest.skip("axe-playwright-python is not installed")
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def size(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})


def violations(
    page: Page, axe: str, theme: str = LIGHT, *, main: bool = False, rules: tuple[str, ...] = ()
) -> list[str]:
    """Of the whole page, or of what is not the same on every page; of all rules, or of some."""
    page.evaluate(_THEME, theme)
    if not page.evaluate("'axe' in window"):
        page.add_style_tag(content=_STILL)
        page.evaluate(axe)
    found: list[Any] = page.evaluate(_AXE, [main, list(rules)])
    return [f"{rule}: {where} ({theme})" for rule, where in found]


def cut_off(page: Page) -> list[str]:
    return list(page.evaluate(_CUT_OFF))


def mouse_only(page: Page) -> list[str]:
    return list(page.evaluate(_MOUSE_ONLY))
