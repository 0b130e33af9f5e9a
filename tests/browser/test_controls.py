"""What is read off a page is read off the whole page, however slowly it comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.controls import controls

pytestmark = pytest.mark.browser


class Slow(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>slow</title><main><p>Why?</p>" + b"<i></i>" * 1000)
        self.wfile.flush()
        time.sleep(1)
        self.wfile.write(b"<button>Give up</button></main>")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_buttons_that_come_after_the_words_are_seen(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address, wait_until="commit")
    expect(page.locator("body")).to_contain_text("Why?")
    assert [each.label for each in controls(page)] == ["Give up"]
    page.close()
