"""What the documentation names exists: files it links to, commands, settings, make targets, tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from bitbylaw.config import Config
from bitbylaw.demo_environment import FOLDER_NAME

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "sandbox" / "README.md",
]
# Not in Config: read by tests, by the demo, by docker-compose.yml, or a setting of Django's own.
OTHER_VARIABLES = {
    FOLDER_NAME,
    "HUB_ENV_FILE",
    "HUB_TEST_ENGINE",
    "HUB_REQUIRE_SERVERS",
    "POSTGRES_PASSWORD",
    "HUB_PORT",
    "CONN_MAX_AGE",
}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def code(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```.*?\n(.*?)```", text, re.DOTALL)
    return [*blocks, *re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, fragment = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.is_relative_to(ROOT)
        assert found.exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert fragment in map(anchor, headings), target


@every_page
def test_commands_exist(page: Path) -> None:
    for text in code(page):
        for name in re.findall(r"manage\.py ([a-z_]+)", text):
            assert name in get_commands(), name


@every_page
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for text in code(page):
        assert set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)) <= targets, text


@every_page
def test_settings_exist(page: Path) -> None:
    known = {*Config.model_fields, *OTHER_VARIABLES}
    for text in code(page):
        for name in re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", text):
            assert name in known, name


@every_page
def test_named_files_exist(page: Path) -> None:
    for text in code(page):
        for path in re.findall(r"(?<![\w/.-])((?:bitbylaw|syncapp|sandbox|tests|docs)/[\w./-]*)", text):
            assert (ROOT / path).exists(), path


def test_pictures_are_small() -> None:
    heavy = [path.name for path in (ROOT / "docs" / "images").iterdir() if path.stat().st_size > 300_000]
    assert heavy == []
