"""Every direct dependency has a reason in docs/dependencies.md and is pinned with hashes."""

from __future__ import annotations

import re

import pytest

from bitbylaw.config import BASE_DIR

PAGE = (BASE_DIR / "docs" / "dependencies.md").read_text().partition("## Looked at")[0]
FILES = {"run.in": "requirements.txt", "dev.in": "requirements/dev.txt"}


def direct(source: str) -> set[str]:
    lines = (BASE_DIR / "requirements" / source).read_text().splitlines()
    return {re.split(r"[\[<>=]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}


def test_the_page_names_exactly_the_direct_dependencies() -> None:
    cells = re.findall(r"^\| ([^|]+) \|", PAGE, re.MULTILINE)
    named = {name for cell in cells for name in cell.split(", ")} - {"package"}
    assert named == direct("run.in") | direct("dev.in")


@pytest.mark.parametrize("source", FILES)
def test_every_one_is_pinned_with_hashes(source: str) -> None:
    pins = (BASE_DIR / FILES[source]).read_text()
    for name in direct(source):
        pin = rf"^{name}(\[[^\]]+\])?==\S+[^\n]*\\\n    --hash=sha256:"
        assert re.search(pin, pins, re.MULTILINE | re.IGNORECASE), name


@pytest.mark.parametrize("source", FILES)
def test_pins_come_from_wherever_the_machine_gets_its_packages(source: str) -> None:
    assert not re.search(r"index-url|https?://", (BASE_DIR / FILES[source]).read_text())
