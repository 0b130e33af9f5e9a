"""Every button of every page is pressed once, and what the page says then is read.

The buttons are those that the pages show, found by looking: who adds one is asked here what it says (`answers.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Error, expect

from syncapp.admin.kit import names, views
from tests.browser import stock
from tests.browser.answers import ANSWERS, SEEN, File
from tests.browser.conftest import Desk
from tests.browser.controls import EVERYWHERE, Key, controls, press
from tests.browser.places import name_of, places
from tests.world import world

pytestmark = pytest.mark.browser
BY_ITSELF = "hub_names"  # no button: a page asks it when it has come
SECONDS = 10
THE_SAME_AGAIN = {(EVERYWHERE, "DE"), (EVERYWHERE, "EN")}  # in the other language
LEADS_AWAY = {("hub_second_factor", "Continue")}  # and its page has another button then
NARROW = {(EVERYWHERE, "Close the menu")}  # is there on a telephone only: test_newcomer.py presses it
# Nothing is remembered from one page to the next, and nothing is printed.
BEGIN = (
    "if (location.host) localStorage.clear(); window.print = () => document.querySelector('main').append('(printed)')"
)


@dataclass
class Tour:
    """Presses what is new on a page; then what is new on the page that came of it, on the same way there."""

    desk: Desk
    pressed: dict[Key, str] = field(default_factory=dict)  # and what was wrong with it
    seen: set[Key] = field(default_factory=set)
    posted: set[str] = field(default_factory=set)
    dirty: bool = True
    ways: deque[tuple[int, tuple[Key, ...]]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        page = self.desk.page
        page.set_default_timeout(SECONDS * 1000)
        page.add_init_script(BEGIN)
        page.on("request", lambda request: self._asked(request.method, request.url))

    def _asked(self, method: str, url: str) -> None:
        if method == "POST" and (name := name_of(url)) != BY_ITSELF:
            self.posted.add(name)
            self.dirty = True

    def walk(self) -> None:
        self.ways = deque((number, ()) for number in range(len(self._places())))
        while self.ways:
            place, steps = self.ways.popleft()
            self._go(place, steps)
            untouched = True
            for key in self._new():
                if not untouched:
                    self._go(place, steps)
                untouched = False
                try:
                    self.pressed[key] = self._press(key)
                except (Error, StopIteration) as exc:
                    self.pressed[key] = f"{type(exc).__name__}: {exc}"[:300]
                self._again(place, key)
                if key not in THE_SAME_AGAIN and self._new():
                    self.ways.append((place, (*steps, key)))

    def _places(self) -> list[str]:
        """With everything as it was at first."""
        if self.dirty:
            self.desk.page.goto("about:blank")  # what a page still asks by itself, it asks with its cookies
            self.desk.page.context.clear_cookies()
            stock.wipe()
            chief, made = stock.staff(), stock.fill()
            stock.enter(self.desk.page.context, self.desk.home, chief)
            self.found = places(made)
            self.dirty = False
        return self.found

    def _go(self, place: int, steps: tuple[Key, ...]) -> None:
        self.desk.open(self._places()[place])
        for step in steps:
            press(self.desk.page, step)
            self._read(step)
            self._again(place, step)

    def _again(self, place: int, key: Key) -> None:
        if key in LEADS_AWAY:
            self.desk.open(self.found[place])

    def _new(self) -> list[Key]:
        found = controls(self.desk.page)
        self.seen |= {each.key for each in found}
        return list(dict.fromkeys(each.key for each in found if each.shown and each.key not in self.pressed))

    def _press(self, key: Key) -> str:
        page, answer = self.desk.page, ANSWERS.get(key[0], {}).get(key[1])
        before = page.inner_text("body")
        if isinstance(answer, File):
            with page.expect_download() as coming:
                press(page, key)
            name = coming.value.suggested_filename
            return "" if name.startswith(answer.name) else f"gives {name}"
        press(page, key)
        if answer is None:
            page.wait_for_timeout(1000)
            return "not in answers.py; it says: " + self._fresh(before)
        if answer and answer in before:
            return f"said {answer!r} before"
        try:
            self._read(key)
        except AssertionError:
            return f"does not say {answer!r} but: {self._fresh(before)}"
        return ""

    def _fresh(self, before: str) -> str:
        return " | ".join(line for line in self.desk.page.inner_text("body").splitlines() if line not in before)[:300]

    def _read(self, key: Key) -> None:
        answer = ANSWERS.get(key[0], {}).get(key[1])
        if answer == SEEN:
            self.desk.page.wait_for_timeout(300)  # there is no word to wait for
            self.desk.page.wait_for_load_state()
        elif isinstance(answer, str):
            expect(self.desk.page.locator("body")).to_contain_text(answer, use_inner_text=True, timeout=SECONDS * 1000)


@pytest.fixture
def tour(desk: Desk) -> Iterator[Tour]:
    names.forget()
    with world():
        yield Tour(desk)


def test_every_button_says_what_it_did(tour: Tour) -> None:
    tour.walk()
    known = {(page, label) for page, labels in ANSWERS.items() for label in labels}
    wrong = {key: why for key, why in tour.pressed.items() if why}
    wrong |= dict.fromkeys(tour.seen - set(tour.pressed) - NARROW, "is on a page, but never to be pressed")
    wrong |= dict.fromkeys(known - set(tour.pressed), "is in answers.py, but on no page")
    never = {f"hub_{name}" for name in views.BUTTONS} - {BY_ITSELF} - tour.posted
    wrong |= dict.fromkeys(((name, "") for name in never), "no button leads there")
    assert not wrong, "\n".join(f"{page!r}: {label!r}: {why}" for (page, label), why in sorted(wrong.items()))
