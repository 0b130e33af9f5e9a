"""Everything on a page that can be pressed, whatever it is made of, and how to press it as a person would."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_otp.oath import TOTP
from playwright.sync_api import Locator, Page

from syncapp.models import SecondFactor
from tests.browser.places import name_of
from tests.integration.admin import rows

# Not the theme's button that carries out a chosen action: each action is one.
PRESSED = (
    "button:not(#changelist-actions *), input:is([type=submit], [type=button], [type=reset]), "
    "[role=button]:not(button), a.hub-button, a[download], [hx-post]:not(form), "
    "#changelist-actions select[name=action] option:not([value=''])"
)
SEE = """elements => elements.map((each) => {
  const copy = each.cloneNode(true);
  for (const icon of copy.querySelectorAll(".material-symbols-outlined, [aria-hidden=true]")) icon.remove();
  const words = each.getAttribute("aria-label") || copy.textContent.trim() || each.value || each.title || "";
  const form = each.type === "submit" && each.form;
  const asks = form && (each.getAttribute("formaction") || form.getAttribute("action"));
  const to = each.dataset.retry || each.getAttribute("hx-post") || asks || each.href || "";
  const main = document.querySelector("main");
  const inside = each.matches("option") || each.closest("details:not([open])");
  const shown = !!inside || each.checkVisibility({ visibilityProperty: true });
  const keys = each.matches("[data-keys]") || !!each.closest("dialog");
  return { words, to, shown, keys, around: !!main && !main.contains(each), action: each.matches("option") };
})"""
# The fields of its form that can be seen: where, of which type, called what, and whether somebody would fill it: it is
# required or empty, or it chooses what the button is about.
FIELDS = """control => {
  const all = [...document.querySelectorAll("input, select, textarea")];
  const wanted = (each) => each.type === "checkbox" ? each.required || each.name === "all"
    : each.type === "radio" ? each.name.startsWith("choice") : !each.value;
  const form = control.form;
  const near = (each) => each.form === form || (form.matches(".hub-filters") && form.contains(each));
  const goes = (each) => each.matches("select") && form.matches("[data-autosubmit]");  // before the button is pressed
  return all.flatMap((each, place) => form && near(each) && !goes(each) && each.checkVisibility()
    ? [[place, each.type, each.name, wanted(each)]] : []);
}"""
# What somebody types into the form of a button, by the name of the field.
PASSWORD = "another long and harmless one"
TYPED = {
    "note": "because",
    "words": "Wendland",
    "q": "nothing like it",
    "who": "Wendland",
    "name": "Time recording",
    "what": "document_sync:CDokumente",
    "entity_id": "65f0c0ffee0000001",
    "address": "sabine@kanzlei.example",
    "username": "somebody",
    "old_password": rows.PASSWORD,
    "new_password1": PASSWORD,
    "new_password2": PASSWORD,
    "password1": PASSWORD,
    "password2": PASSWORD,
}
EVERYWHERE, LISTS, ACTION = "(every page)", "(every list)", "action: "
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Control:
    """`page` and `label` tell it apart; `place` says where it is, `shown` whether it can be pressed now."""

    page: str
    label: str
    place: int
    shown: bool

    @property
    def key(self) -> Key:
        return self.page, self.label


def controls(page: Page) -> list[Control]:
    page.wait_for_load_state("domcontentloaded")  # the words of an answer may be there before its buttons are
    here = name_of(page.url)
    found = page.locator(PRESSED).evaluate_all(SEE)
    return [_control(here, place, each) for place, each in enumerate(found)]


def _control(here: str, place: int, seen: dict[str, Any]) -> Control:
    label = re.sub(r"\d+", "N", " ".join(seen["words"].split()))
    if seen["action"]:
        return Control(here, f"{ACTION}{label}", place, True)
    if seen["around"]:
        return Control(EVERYWHERE, label, place, seen["shown"])
    if seen["keys"]:
        return Control(LISTS, label, place, seen["shown"])
    to = name_of(seen["to"]) if seen["to"] else here
    return Control(here, label if to == here else f"{label} → {to}", place, seen["shown"])


def press(page: Page, key: Key) -> None:
    """The first that can be pressed, as a person would."""
    control = next(each for each in controls(page) if each.key == key and each.shown)
    it = page.locator(PRESSED).nth(control.place)
    if control.label.startswith(ACTION):
        boxes = page.locator("#result_list input[name=_selected_action]")
        for box in [boxes.first] if control.page.startswith("auth_") else boxes.all():
            box.check()
        page.locator("#changelist-actions select[name=action]").select_option(value=it.get_attribute("value"))
        page.get_by_role("button", name="Run", exact=True).click()
        return
    for around in it.locator("xpath=ancestor::details[not(@open)]").all():
        around.locator("> summary").click()
    for place, kind, name, wanted in it.evaluate(FIELDS):
        _fill(page.locator("input, select, textarea").nth(place), kind, name, wanted)
    it.click()


def _fill(field: Locator, kind: str, name: str, wanted: bool) -> None:
    if kind in ("checkbox", "radio"):
        if wanted:
            field.check()
    elif name == "until":
        field.fill((timezone.localdate() + timedelta(days=1)).isoformat())
    elif name == "code":
        field.fill(_code())
    elif name in TYPED and kind == "select-one":
        field.select_option(TYPED[name])
    elif name in TYPED and wanted:
        field.fill(TYPED[name])


def _code() -> str:
    """What the app on the telephone shows now."""
    totp = TOTP(SecondFactor.objects.latest("pk").bin_key)
    totp.time = time.time()
    return f"{totp.token():06}"
