"""What a benchmark found: a table to read, figures to keep, targets (never a failure), checks (a failure)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Target:
    """`at_least`: the value shall not be smaller than the limit; otherwise not larger."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True)
class Check:
    """A promise that has nothing to do with speed: nothing lost, nothing done twice."""

    name: str
    value: object
    wanted: object

    @property
    def kept(self) -> bool:
        return self.value == self.wanted


@dataclass
class Findings:
    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        return [f"{check.name}: {check.value}, not {check.wanted}" for check in self.checks if not check.kept]

    def as_json(self) -> dict[str, Any]:
        plain = asdict(self)
        for row, target in zip(plain["targets"], self.targets, strict=True):
            row["met"] = target.met
        for row, check in zip(plain["checks"], self.checks, strict=True):
            row["kept"] = check.kept
        return plain


def show(console: Console, found: Findings) -> None:
    table = Table(title=found.title, title_justify="left", title_style="bold")
    for number, column in enumerate(found.columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in found.rows:
        table.add_row(*map(_plain, row))
    console.print(table)
    for target in found.targets:
        sign, word = (">=" if target.at_least else "<="), "met" if target.met else "MISSED"
        console.print(f"  {word:6} {target.name}: {_plain(target.value)} (target {sign} {_plain(target.limit)})")
    for check in found.checks:
        wanted = "" if check.kept else f", not {check.wanted}"
        console.print(f"  {'ok' if check.kept else 'WRONG':6} {check.name}: {check.value}{wanted}")
    for note in found.notes:
        console.print(f"  {note}", style="dim")
    console.print()


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return str(value)
