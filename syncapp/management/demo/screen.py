"""The demo in the terminal: progress, result, where to look."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from syncapp.management.demo import installation
from syncapp.management.demo.findings import Finding
from syncapp.management.demo.firm import Fate, Firm
from syncapp.management.demo.looking import Look
from syncapp.management.demo.post import Mail
from syncapp.management.demo.processes import Environment
from syncapp.management.demo.workday import Day
from syncapp.management.output import Tell, progress

WIDTH_OF_A_FILE = 110  # when what is printed goes to no terminal


class Screen:
    def __init__(self) -> None:
        self.console = Console(highlight=False, emoji=False)
        if not self.console.is_terminal:
            self.console.width = WIDTH_OF_A_FILE

    def say(self, words: str, style: str = "") -> None:
        self.console.print(words, style=style, markup=False)

    @contextmanager
    def step(self, words: str, total: int | None = None) -> Iterator[Tell]:
        """One line stays of it."""
        begun = time.monotonic()
        with progress(words, total, console=self.console) as tell:
            yield tell
        self.say(f"✓ {words}  ({time.monotonic() - begun:.1f} s)")

    def result(self, findings: Sequence[Finding], firm: Firm, folder: Path) -> None:
        table = _titled(_("What is there now, as the sandbox sees it"))
        table.add_column("")
        table.add_column(_("expected"), justify="right")
        table.add_column(_("found"), justify="right")
        table.add_column("")
        for line in findings:
            mark = "[green]✓[/]" if line.right else "[red]✗[/]"
            table.add_row(line.words, str(line.expected), str(line.found), mark)
        self.console.print(table)
        self._exceptions(firm)
        if all(line.right for line in findings):
            self.say(_("Everything is as it should be."), "green")
        else:
            self.say(_("Not everything is as it should be; the logs are in {folder}.").format(folder=folder), "red")

    def _exceptions(self, firm: Firm) -> None:
        table = _titled(_("Not searchable, on purpose"))
        table.add_column(_("document"), no_wrap=True)
        table.add_column(_("EspoCRM says"))
        for document in firm.documents:
            if firm.fate(document) is not Fate.SEARCHABLE:
                why = document["xaiSyncError"] or _("(belongs to no case)")
                table.add_row(document["name"], f"{document['xaiSyncStatus']}: {why}")
        self.console.print(table)

    def where(self, environment: Environment, password: str, folder: Path) -> None:
        table = _titled(_("Where to look"), show_header=False, box=None)
        logins = " / ".join(installation.LOGINS)
        for place, words in (
            (environment.admin, _("the hub's pages for staff")),
            ("", _("logins: {names}, password {password}").format(names=logins, password=password)),
            (f"{environment.sandbox}/espocrm/", _("EspoCRM (sandbox): work as a colleague does")),
            (
                f"{environment.sandbox}/advoware/",
                _("Advoware (sandbox): parties and calendars, as at its own screen"),
            ),
            (f"{environment.sandbox}/google/", _("Google Calendar (sandbox): one calendar for each employee")),
            (f"{environment.sandbox}/xai/", _("xAI (sandbox): what became searchable")),
            (f"{environment.sandbox}/faults", _("let something go wrong")),
            (f"{folder}/*.log", _("what the processes say")),
        ):
            table.add_row(place, words)
        self.console.print()
        self.console.print(table)

    def what_to_try(self, environment: Environment, look: Look, day: Day | None) -> None:
        self.say("\n" + _("Worth trying"), "bold")
        for words in (
            _("Change a document in EspoCRM (new file, other case) and watch it travel: here, in the hub, at xAI."),
            _("Failures in the hub: read why, follow the link to EspoCRM, upload a readable file; they are gone."),
            _("One document waits, because xAI asked for a pause of 90 seconds. It goes on by itself."),
            _("Over time, in the hub: was yesterday worse than today? (What lies before now is invented.)"),
            _("Faults: let xAI answer 503 for a minute. The hub shows the outage, waits, and catches up."),
            _(
                "Mails: what the hub sends to betreuung appears here, one when a system is away and one when it is "
                "back. (In real use after 15 minutes, here with the next full minute.) Let xAI fail for three minutes."
            ),
        ):
            self._try(words)
        sandbox, hub = environment.sandbox, environment.admin.rstrip("/")
        if day is not None:
            met, disputed = (look.parties.known[pk] for pk in (day.parties.met, day.parties.disputed.party))
            words = _(
                "A party on both sides: change a field or a phone number here and there; a few seconds later both have "
                "it. (Advoware tells nobody of changes: here the hub compares at once, in real use every 15 minutes.)"
            )
            self._try(words, f"{sandbox}/espocrm/CBeteiligte/{met['id']}", f"{sandbox}/advoware/{met['betnr']}")
            words = _(
                "A conflict: first name and date of birth were changed on both sides. Choose, and see both sides "
                "follow."
            )
            self._try(words, f"{hub}/hub/conflicts/", f"{sandbox}/advoware/{disputed['betnr']}")
            words = _(
                "A task: the new IBAN must be entered in Advoware by hand. Do it there; the task closes by itself."
            )
            self._try(words, f"{hub}/syncapp/task/", f"{sandbox}/advoware/{met['betnr']}")
            words = _("The journal: every write of the hub. Open a party changed in Advoware and undo it.")
            self._try(words, f"{hub}/syncapp/journalentry/")
        words = _(
            "Calendars: move an appointment in either system's page and see it move in the other. A series on two days "
            "of the week is a task: Advoware can't hold it. The hub's page shows all employees."
        )
        kept = [(kuerzel, row["id"]) for kuerzel, rows in look.calendars.of_employees.items() for row in rows]
        for kuerzel, calendar in kept[:1]:
            places = (f"{sandbox}/advoware/calendar/{kuerzel}", f"{sandbox}/google/{calendar}")
            self._try(words, *places, f"{hub}/syncapp/calendaremployee/")
        self.say("\n" + _("Ctrl-C ends all of it. What happens to documents, parties and appointments:"))

    def mails(self, mails: Sequence[Mail]) -> None:
        for mail in mails:
            self.say("\n" + _("Mail to {to}: {subject}").format(to=mail.to, subject=mail.subject), "bold")
            self.say(mail.text)

    def _try(self, words: str, *places: str) -> None:
        self.say(f"- {words}")
        for place in places:
            self.console.print(f"    {place}", markup=False, soft_wrap=True)

    def news(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.say(f"{time.strftime('%H:%M:%S')}  {line}")


def _titled(title: str, **layout: Any) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", **layout)
