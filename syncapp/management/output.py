"""What commands print: tables that `grep` can read, and progress where somebody is watching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

RULE = 40  # signs of the line below the last head: a longer one would only wrap


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns as wide as their longest cell, without lines around them. Sentences come last: nothing is padded there,
    so that a terminal wraps only what is long itself."""
    cells = [[*heads], *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    cells.insert(1, ["-" * width for width in widths[:-1]] + ["-" * min(widths[-1], RULE)])
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


class Tell(Protocol):
    def __call__(self, more: str = "", done: int | None = None) -> None:
        """`more`: what to add to the words; `done`: how many of the total."""


@contextmanager
def progress(words: str, total: int | None = None, *, console: Console | None = None) -> Iterator[Tell]:
    """A line that moves while the block runs, with a bar where there is a total.

    On standard error unless a console is given, and on a terminal only, so that logs and pipes stay clean.
    """
    console = console or Console(stderr=True)
    counted = (BarColumn(bar_width=24), MofNCompleteColumn()) if total else ()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), *counted, TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.file.isatty()) as shown:
        task = shown.add_task(words, total=total)
        yield lambda more="", done=None: shown.update(task, description=f"{words} {more}".rstrip(), completed=done)


def plural(count: int, one: str) -> str:
    return f"{count:,} {one if count == 1 else one + 's'}"
