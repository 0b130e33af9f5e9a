"""A headless Chromium for each module, and a page that notices every complaint of the browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.integration.admin import rows

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass
class Desk:
    """A browser page of somebody at work; `complaints` are errors of scripts and refusals by the security policy."""

    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.home + path)
        return self.page

    def enter(self, name: str) -> None:
        self.open("/admin/login/")
        self.page.fill("[name=username]", name)
        self.page.fill("[name=password]", rows.PASSWORD)
        self.page.click("#login-form button[type=submit], #login-form .submit-row")
        self.page.wait_for_url("**/admin/")

    def messages(self) -> str:
        return self.page.inner_text("#main")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("HUB_REQUIRE_SERVERS") == "1":
            pytest.fail("Chromium is missing. Debian/Ubuntu: sudo apt install chromium")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session", autouse=True)
def _async_loop_is_playwrights() -> Iterator[None]:
    # Playwright's own loop runs in this thread; Django would take its database calls for asynchronous ones.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def desk(browser: Browser, live_server: Any, transactional_db: None) -> Iterator[Desk]:
    from tests.browser.groups import restore

    restore()
    context = browser.new_context(locale="en-GB", viewport={"width": 1360, "height": 850})
    made = Desk(context.new_page(), live_server.url)
    made.page.on("console", lambda message: _note(made, message))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    context.close()
    assert made.complaints == []


def _note(desk: Desk, message: Any) -> None:
    if message.type == "error" or "Content Security Policy" in message.text:
        desk.complaints.append(f"{desk.page.url}: {message.text}")
