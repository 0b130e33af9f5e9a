"""The demo from beginning to end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from syncapp.management.demo import calendar_day, findings, installation, news, party_day, workday
from syncapp.management.demo.addresses import Addresses
from syncapp.management.demo.calendar_day import CalendarDay
from syncapp.management.demo.children import Children, family
from syncapp.management.demo.environment import Secrets
from syncapp.management.demo.findings import Finding
from syncapp.management.demo.looking import Looking
from syncapp.management.demo.party_day import PartyDay
from syncapp.management.demo.sandbox import Sandbox, status_of
from syncapp.management.demo.screen import Screen
from syncapp.management.demo.words import of as words_of
from syncapp.management.demo.workday import Done

START_SECONDS = 60.0
SYNC_SECONDS = 90.0  # ten times what it takes; a slow machine is no reason to fail
STOP_SECONDS = 15.0  # longer than the workers' own grace, so that they end their tasks themselves
LOOK_SECONDS = 0.25
NEWS_SECONDS = 1.0


class NotInTime(Exception):
    """A server did not answer in time; the message has the end of its log."""


@dataclass
class Demo:
    folder: Path
    addresses: Addresses
    language: str
    keep: bool = False

    def __post_init__(self) -> None:
        self.translate = words_of(self.language)
        self.screen = Screen(self.translate)
        self.secrets = Secrets()
        self.crm = Sandbox(self.addresses.sandbox)
        self.looking = Looking(self.crm)
        self.party_day: PartyDay | None = None

    def run(self, *, once: bool) -> bool:
        """Whether everything came out right. Without `once` it stays until it is interrupted."""
        self.screen.say("welcome")
        with family(self.folder, STOP_SECONDS) as children:
            password = self._start(children)
            right = self._show(children)
            if once:
                return right
            workday.leave_one_waiting(self.looking.firm(), self.crm)
            self.screen.where(self.addresses, password, self.folder)
            self.screen.what_to_try(self.addresses, self.looking.parties(), self.party_day, self.looking.calendars())
            try:
                self._stay(children)
            except KeyboardInterrupt:
                self.screen.say("ending")
        self.screen.say("ended")
        return right

    def _start(self, children: Children) -> str:
        with self.screen.step("prepare"):
            children.start_sandbox(self.addresses, self.secrets)
            password = installation.prepare(self.folder, keep=self.keep)
        with self.screen.step("start"):
            self._wait_for(children, "sandbox", f"{self.addresses.sandbox}/_control/health")
            children.start_hub(self.addresses, self.secrets, self.language, self.crm.service_account())
            installation.ask_for_comparison()
            self._wait_for(children, "web server", f"{self.addresses.hub}/health/live")
            self._wait_for(children, "workers", f"{self.addresses.hub}/health/ready")
        return password

    def _wait_for(self, children: Children, name: str, url: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while status_of(url) != 200:
            children.check()
            if time.monotonic() > deadline:
                raise NotInTime(f"The {name} did not come up in {START_SECONDS:.0f} s. {children.last_words(name)}")
            time.sleep(LOOK_SECONDS)

    def _show(self, children: Children) -> bool:
        firm = self.looking.firm()
        with self.screen.step("stock", len(firm.documents)) as progress:
            lines = self._settle(children, progress, self._findings_of_stock)
        if not all(line.right for line in lines):  # a day on top of it would only blur what is wrong
            self.screen.result(lines, self.looking.firm(), self.folder)
            return False
        done = workday.live(self.looking.firm(), self.crm, self.addresses, self.secrets)
        day = self.party_day = party_day.live(self.looking.parties(), self.crm)
        calendars = calendar_day.live(self.looking.calendars(), self.crm)
        with self.screen.step("day", len(self.looking.firm().documents)) as progress:
            lines = self._settle(children, progress, lambda: self._findings(done, day, calendars))
        self.screen.result(lines, self.looking.firm(), self.folder)
        return all(line.right for line in lines)

    def _findings_of_stock(self) -> list[Finding]:
        return [
            *findings.of_stock(self.looking.firm()),
            *findings.of_parties(self.looking.parties()),
            *findings.of_calendars(self.looking.calendars()),
        ]

    def _findings(self, done: Done, day: PartyDay, moves: CalendarDay) -> list[Finding]:
        deliveries, calls, firm = self.crm.deliveries(), self.crm.calls("xai"), self.looking.firm()
        parties, calendars, left = self.looking.parties(), self.looking.calendars(), installation.left_to_people()
        return [
            *findings.of_stock(firm),
            *findings.of_day(firm, done, calls, deliveries),
            *findings.of_parties(parties, day),
            *findings.of_people(parties, day, left),
            *findings.of_calendars(calendars, moves),
            *findings.of_edits(calendars, moves, left),
        ]

    def _settle(
        self, children: Children, progress: Progress, look: Callable[[], Sequence[Finding]]
    ) -> Sequence[Finding]:
        """The findings when all are right, or when the time is over."""
        deadline = time.monotonic() + SYNC_SECONDS
        while True:
            children.check()
            lines = look()
            settled = sum(line.found for line in lines if line.key in findings.FATES)
            progress.update(progress.task_ids[0], completed=settled)
            if all(line.right for line in lines) or time.monotonic() > deadline:
                return lines
            time.sleep(LOOK_SECONDS)

    def _stay(self, children: Children) -> None:
        before = self.looking.news()
        while True:
            time.sleep(NEWS_SECONDS)
            children.check()
            now = self.looking.news()
            self.screen.news(news.between(before, now, self.translate))
            before = now
