"""The demo in the terminal: progress, result, where to look."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from syncapp.management.demo import installation
from syncapp.management.demo.addresses import Addresses
from syncapp.management.demo.calendars import Calendars
from syncapp.management.demo.findings import Finding
from syncapp.management.demo.firm import Fate, Firm
from syncapp.management.demo.parties import Parties
from syncapp.management.demo.party_day import PartyDay
from syncapp.management.demo.words import Translate

WIDTH_OF_A_FILE = 110  # when what is printed goes to no terminal


class Screen:
    def __init__(self, translate: Translate) -> None:
        self._t = translate
        self.console = Console(highlight=False, emoji=False)
        if not self.console.is_terminal:
            self.console.width = WIDTH_OF_A_FILE

    def say(self, key: str, **values: object) -> None:
        self.console.print(self._t(key).format(**values), markup=False)

    @contextmanager
    def step(self, key: str, total: int | None = None) -> Iterator[Progress]:
        """A step with a bar, or a spinner where nothing can be counted; one line stays of it."""
        columns: list[ProgressColumn] = [
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
        ]
        counted: list[ProgressColumn] = [MofNCompleteColumn()] if total else []
        columns += [*counted, TimeElapsedColumn()]
        shown = self.console.is_terminal
        with Progress(*columns, console=self.console, transient=True, disable=not shown) as progress:
            progress.add_task(self._t(key), total=total)
            begun = time.monotonic()
            yield progress
        self.console.print(f"✓ {self._t(key)}  ({time.monotonic() - begun:.1f} s)", markup=False)

    def result(self, findings: Sequence[Finding], firm: Firm, folder: Path) -> None:
        t = self._t
        table = Table(title=t("result"), title_justify="left", title_style="bold")
        table.add_column("")
        table.add_column(t("expected"), justify="right")
        table.add_column(t("found"), justify="right")
        table.add_column("")
        for line in findings:
            mark = "[green]✓[/]" if line.right else "[red]✗[/]"
            table.add_row(t(line.key), str(line.expected), str(line.found), mark)
        self.console.print(table)
        self._exceptions(firm)
        if all(line.right for line in findings):
            self.console.print(t("all_right"), style="green")
        else:
            self.console.print(t("not_right").format(folder=folder), style="red", markup=False)

    def where(self, addresses: Addresses, password: str, folder: Path) -> None:
        t = self._t
        table = Table(title=t("look"), title_justify="left", title_style="bold", show_header=False, box=None)
        table.add_row(addresses.admin, t("admin"))
        table.add_row("", t("login").format(names=" / ".join(installation.LOGINS), password=password))
        table.add_row(f"{addresses.sandbox}/espocrm/", t("crm"))
        table.add_row(f"{addresses.sandbox}/advoware/", t("advoware"))
        table.add_row(f"{addresses.sandbox}/google/", t("google"))
        table.add_row(f"{addresses.sandbox}/xai/", t("xai"))
        table.add_row(f"{addresses.sandbox}/faults", t("faults"))
        table.add_row(f"{folder}/*.log", t("logs"))
        self.console.print()
        self.console.print(table)

    def what_to_try(self, addresses: Addresses, parties: Parties, day: PartyDay | None, calendars: Calendars) -> None:
        t = self._t
        self.console.print(f"\n{t('try')}", style="bold")
        for key in ("try_edit", "try_mend", "try_wait", "try_break"):
            self._try(key)
        if day is not None:
            met, disputed = parties.known[day.met], parties.known[day.in_conflict]
            for key, *places in (
                ("try_party", f"{addresses.sandbox}/espocrm/CBeteiligte/{met['id']}",
                 f"{addresses.sandbox}/advoware/{met['betnr']}"),
                ("try_conflict", f"{addresses.admin}hub/conflicts/",
                 f"{addresses.sandbox}/advoware/{disputed['betnr']}"),
                ("try_task", f"{addresses.admin}syncapp/task/", f"{addresses.sandbox}/advoware/{met['betnr']}"),
                ("try_undo", f"{addresses.admin}syncapp/journalentry/"),
            ):  # fmt: skip
                self._try(key, *places)
        for kuerzel, (calendar, *_) in list(calendars.of_employees.items())[:1]:
            self._try("try_calendar", f"{addresses.sandbox}/advoware/calendar/{kuerzel}",
                      f"{addresses.sandbox}/google/{calendar['id']}",
                      f"{addresses.admin}syncapp/calendaremployee/")  # fmt: skip
        self.console.print()
        self.say("stay")

    def _try(self, key: str, *places: str) -> None:
        self.console.print(f"- {self._t(key)}", markup=False)
        for place in places:
            self.console.print(f"    {place}", markup=False, soft_wrap=True)

    def news(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.console.print(f"{time.strftime('%H:%M:%S')}  {line}", markup=False)

    def _exceptions(self, firm: Firm) -> None:
        t = self._t
        table = Table(title=t("exceptions"), title_justify="left", title_style="bold")
        table.add_column(t("document"), no_wrap=True)
        table.add_column(t("says"))
        for document in firm.documents:
            if firm.fate(document) is not Fate.SEARCHABLE:
                why = document["xaiSyncError"] or t("no_case")
                table.add_row(document["name"], f"{document['xaiSyncStatus']}: {why}")
        self.console.print(table)
