"""The pictures of the guide for staff and of the README: `python -m tests.pictures` (`make pictures`).

Taken of the running demo, which is started for it and ended again, so that nothing but its invented firm is on them.
Chromium must be installed. Names of pictures choose some of them: `python -m tests.pictures start search`.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from sandbox.client import SandboxClient
from tests import engines

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs/images"
WIDTH, PHONE = 1280, 390
LOGIN = "mitarbeit"
SETTLED = 700  # milliseconds, in which names come and charts are drawn
ENDED = "Zum Ausprobieren"  # what the demo says in German when all of it is there


class Shown:
    """The demo's pages as somebody of the firm sees them."""

    def __init__(self, page: Page, home: str, sandbox: SandboxClient) -> None:
        self.page, self.home, self.sandbox = page, home, sandbox

    def open(self, path: str) -> None:
        self.page.goto(f"{self.home}/admin/{path}")

    def follow(self, link: str) -> None:
        """The first link in the page whose address matches."""
        addresses = self.page.eval_on_selector_all("main a[href]", "links => links.map(link => link.href)")
        self.page.goto(next(address for address in addresses if re.search(link, address)))

    def start(self) -> None:
        self.open("")

    def needs(self) -> None:
        self.open("hub/needs/")

    def search(self) -> None:
        self.open("")
        self.page.fill("#hub-search", "Wendland")
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("[data-found] li")

    def record(self) -> None:
        self.open("syncapp/record/?status=failed")
        self.follow(r"/record/\d+/change/")

    def conflict(self) -> None:
        self.open("hub/conflicts/")
        self.follow(r"/record/\d+/conflict/")

    def task(self) -> None:
        self.open("syncapp/task/?state=open")
        self.page.get_by_role("link", name=re.compile("Bankverbindung muss")).first.click()

    def undo(self) -> None:
        self.open("syncapp/journalentry/?system=advoware")
        self.page.get_by_role("link", name="Beteiligter in Advoware geändert").first.click()
        self.follow(r"/undo/")

    def calendars(self) -> None:
        self.open("syncapp/calendaremployee/")

    def appointment(self) -> None:
        self.open("syncapp/calendarlink/?state=agreed")
        self.follow(r"/calendarlink/\d+/change/")

    def orphans(self) -> None:
        self.open("syncapp/orphan/?state=open")

    def quarantine(self) -> None:
        self.open("syncapp/inboxmessage/?state=quarantined")

    def over_time(self) -> None:
        self.open("hub/over-time/")

    def trace(self) -> None:
        self.open("syncapp/inboxmessage/?state=stored")
        self.page.get_by_role("link", name="Beteiligter: geändert").first.click()
        self.follow(r"/trace/")

    def flow(self) -> None:
        self.open("hub/steps/")

    def notices(self) -> None:
        self.open("hub/notices/")

    def phone(self) -> None:
        self.page.set_viewport_size({"width": PHONE, "height": 760})
        self.open("hub/needs/")

    def alike(self) -> None:
        """An appointment that could be one of two events, and one that stands twice in Google: somebody copied it."""
        google, calendar = self.sandbox.google, "AW-AP"
        event = next(
            each for each in google.events(calendar) if "dateTime" in each["start"] and "recurrence" not in each
        )
        copy = {name: event[name] for name in ("start", "end", "summary", "location") if name in event}
        what, place, day = "Ortstermin Mühlenweg", "Mühlenweg 4", f"{datetime.now() + timedelta(days=5):%Y-%m-%d}"
        hours = {"datum": f"{day}T00:00:00", "datumBis": f"{day}T00:00:00"}
        hours |= {"uhrzeitVon": "10:00:00", "uhrzeitBis": "11:00:00"}
        self.sandbox.advoware.add_appointment({"text": what, "ort": place, "sb": "AP", **hours})
        for begin, end in (("10:30", "11:30"), ("14:00", "15:00")):
            clock = {"start": begin, "end": end}
            times = {name: {"dateTime": f"{day}T{at}:00", "timeZone": "Europe/Berlin"} for name, at in clock.items()}
            google.create_event(calendar, {"summary": what, "location": place, **times})
        google.create_event(calendar, copy)
        for _try in range(30):
            self.open("hub/alike/")
            if self.page.locator("h2[id^=alike-]").count() > 1:
                return
            self.page.wait_for_timeout(1000)
        raise RuntimeError("the hub does not ask what belongs together")


# Their names, and how much of the page is shown. The last ones change what the others show.
PICTURES: dict[str, tuple[Callable[[Shown], None], int]] = {
    "start": (Shown.start, 960),
    "needs": (Shown.needs, 900),
    "search": (Shown.search, 760),
    "record": (Shown.record, 1180),
    "conflict": (Shown.conflict, 620),
    "task": (Shown.task, 820),
    "undo": (Shown.undo, 620),
    "calendars": (Shown.calendars, 560),
    "appointment": (Shown.appointment, 980),
    "orphans": (Shown.orphans, 560),
    "quarantine": (Shown.quarantine, 480),
    "over-time": (Shown.over_time, 900),
    "trace": (Shown.trace, 760),
    "steps": (Shown.flow, 900),
    "notices": (Shown.notices, 760),
    "phone": (Shown.phone, 760),
    "alike": (Shown.alike, 970),
}


@contextmanager
def demo() -> Iterator[tuple[str, str, str]]:
    """Its pages, its sandbox, and the logins' password."""
    command = [sys.executable, "manage.py", "demo", "--lang", "de", "--port", "8461", "--sandbox-port", "8462"]
    environment = engines.clean_environment() | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        said = ""
        for line in running.stdout:
            said += line
            if ENDED in line:
                break
        found = re.search(r"Passwort (\S+)", said)
        if found is None:
            raise SystemExit(f"The demo did not come up:\n{said}")
        yield "http://127.0.0.1:8461", "http://127.0.0.1:8462", found[1]
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(60)


def take(names: list[str]) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is missing. Debian/Ubuntu: sudo apt install chromium")
    with demo() as (home, sandbox, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(locale="de-DE", viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        page.goto(f"{home}/admin/login/")
        page.fill("[name=username]", LOGIN)
        page.fill("[name=password]", password)
        page.click("#login-form button[type=submit], #login-form .submit-row")
        page.wait_for_url("**/admin/")
        shown = Shown(page, home, SandboxClient(sandbox))
        for name in names or PICTURES:
            lead, height = PICTURES[name]
            page.set_viewport_size({"width": WIDTH, "height": height})
            lead(shown)
            page.wait_for_timeout(SETTLED)
            card = page.locator("main .hub-card").first if lead is Shown.flow else None
            (card or page).screenshot(path=FOLDER / f"{name}.png")
            print(name)
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1:])
