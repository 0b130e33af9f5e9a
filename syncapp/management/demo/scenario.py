"""The demo from beginning to end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from syncapp.management.demo import findings, installation, looking, workday
from syncapp.management.demo.findings import Finding
from syncapp.management.demo.looking import Looking
from syncapp.management.demo.post import Post
from syncapp.management.demo.processes import Environment, Processes
from syncapp.management.demo.sandbox import Sandbox
from syncapp.management.demo.screen import Screen
from syncapp.management.demo.workday import Day
from syncapp.management.output import Tell
from syncapp.management.serving import SANDBOX, WEB, WORKERS

SYNC_SECONDS = 90.0  # ten times what it takes; a slow machine is no reason to fail
LOOK_SECONDS = 0.25
XAI = ("xai", "xai-management")  # its hosts
NEWS_SECONDS = 1.0


class Demo:
    """Speaks the language that is active; `language` is that of the hub's pages."""

    def __init__(self, folder: Path, environment: Environment, language: str, *, keep: bool = False) -> None:
        self.folder, self.environment, self.language, self.keep = folder, environment, language, keep
        self.screen = Screen()
        self.sandbox = Sandbox(environment.sandbox)
        self.looking = Looking(self.sandbox)
        self.day: Day | None = None
        self.post = Post()

    def run(self, *, once: bool) -> bool:
        """Whether everything came out right. Without `once` it stays until it is interrupted."""
        self.screen.say(
            _(
                "A small law firm with invented cases; EspoCRM, Advoware, Google Calendar and xAI as sandboxes, "
                "and the hub between them."
            )
        )
        with self.post, Processes(self.folder, self.environment) as processes:
            password = self._start(processes)
            right = self._show(processes)
            if once:
                return right
            self.sandbox.act("scenes", "long_pause")
            self.screen.where(self.environment, password, self.folder)
            self.screen.what_to_try(self.environment, self.looking.now(), self.day)
            try:
                self._stay(processes)
            except KeyboardInterrupt:
                self.screen.say(_("Ending all processes …"))
        self.screen.say(_("Ended."))
        return right

    def _start(self, processes: Processes) -> str:
        with self.screen.step(_("Preparing database and pages")):
            processes.start_sandbox()
            password = installation.prepare(self.folder, keep=self.keep)
        with self.screen.step(_("Starting sandbox, web server and workers")):
            processes.wait_for(SANDBOX, f"{self.environment.sandbox}/_control/health")
            wanted = self.sandbox.introduce(self.environment.hub, self.environment.token)
            processes.start_hub(self.environment.of_hub(self.language, wanted, self.post.settings))
            installation.ask_for(*installation.EVERYTHING)
            processes.wait_for(WEB, f"{self.environment.hub}/health/live")
            processes.wait_for(WORKERS, f"{self.environment.hub}/health/ready")
        return password

    def _show(self, processes: Processes) -> bool:
        look = self.looking.now()
        with self.screen.step(_("First comparison: what the firm has already"), len(look.firm.documents)) as tell:
            lines = self._settle(processes, tell, self._of_stock)
        if all(line.right for line in lines):  # a day on top of what is wrong would only blur it
            day = self.day = workday.begin(self.sandbox, self.environment)
            count = len(self.looking.now().firm.documents)
            with self.screen.step(_("A working day: webhooks tell what changes"), count) as tell:
                lines = self._settle(processes, tell, lambda: self._of_all(day))
        self.screen.result(lines, self.looking.now().firm, self.folder)
        return all(line.right for line in lines)

    def _of_stock(self) -> list[Finding]:
        look = self.looking.now()
        return [
            *findings.of_stock(look.firm),
            *findings.of_parties(look.parties),
            *findings.of_matters(look.matters, installation.left_to_people()),
            *findings.of_calendars(look.calendars),
        ]

    def _of_all(self, day: Day) -> list[Finding]:
        calls = [call for host in XAI for call in self.sandbox.call("GET", f"calls?system={host}")["calls"]]
        deliveries = self.sandbox.act("espocrm", "deliveries")
        look, left = self.looking.now(), installation.left_to_people()
        return [
            *findings.of_stock(look.firm),
            *findings.of_day(look.firm, day.documents, calls, deliveries),
            *findings.of_parties(look.parties, day.parties),
            *findings.of_matters(look.matters, left),
            *findings.of_people(look.parties, day.parties, left),
            *findings.of_calendars(look.calendars, day.calendars),
            *findings.of_edits(look.calendars, day.calendars, left),
        ]

    def _settle(self, processes: Processes, tell: Tell, look: Callable[[], list[Finding]]) -> list[Finding]:
        """The findings when all are right, or when the time is over."""
        deadline = time.monotonic() + SYNC_SECONDS
        while True:
            processes.check()
            lines = look()
            tell(done=sum(line.found for line in lines if line.documents))
            if all(line.right for line in lines) or time.monotonic() > deadline:
                return lines
            time.sleep(LOOK_SECONDS)

    def _stay(self, processes: Processes) -> None:
        before = looking.things(self.looking.now())
        while True:
            time.sleep(NEWS_SECONDS)
            processes.check()
            now = looking.things(self.looking.now())
            self.screen.news(looking.news(before, now))
            self.screen.mails(self.post.news())
            before = now
