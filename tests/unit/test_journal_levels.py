"""What systemd's journal is told of a line's level, and who else is told nothing of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bitbylaw import journal_levels
from tests.catalogue import ROOT

SAYS = """
import logging, os, structlog
from bitbylaw import logs
logs.configure(logs.logging_settings("DEBUG", os.environ["FORM"]))
log = structlog.get_logger("syncapp.try")
for level in ("debug", "info", "warning", "error", "critical"):
    getattr(log, level)("said")
logging.getLogger("gunicorn.error").warning("of a library")
"""
PRIORITIES = ["<7>", "<6>", "<4>", "<3>", "<2>", "<4>"]


def said(into: Path, form: str, stream: str) -> list[str]:
    """What a process of its own writes on standard error, of which `stream` is told."""
    with into.open("w") as there:
        found = os.fstat(there.fileno())
        env = os.environ | {"FORM": form, "JOURNAL_STREAM": stream.format(f"{found.st_dev}:{found.st_ino}")}
        subprocess.run([sys.executable, "-c", SAYS], cwd=ROOT, env=env, stderr=there, check=True)
    return into.read_text().splitlines()


@pytest.mark.parametrize("form", ["json", "text"])
def test_each_line_begins_with_its_level_in_the_journal(tmp_path: Path, form: str) -> None:
    lines = said(tmp_path / "err", form, "{}")
    assert [line[:3] for line in lines] == PRIORITIES
    if form == "json":
        assert [json.loads(line[3:])["level"] for line in lines][:3] == ["debug", "info", "warning"]


@pytest.mark.parametrize("stream", ["", "8:1", "{}1"])
def test_elsewhere_lines_are_as_they_were(tmp_path: Path, stream: str) -> None:
    lines = said(tmp_path / "err", "json", stream)
    assert len(lines) == len(PRIORITIES)
    assert all(json.loads(line)["level"] for line in lines)


def test_a_stream_that_is_closed_is_no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "1:2")
    assert not journal_levels.read_by_the_journal(987654)
