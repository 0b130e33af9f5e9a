"""What the documentation names exists: files, modules and what is in them, commands, settings, make targets."""

from __future__ import annotations

import pkgutil
import re
import shlex
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from bitbylaw.config import Config
from bitbylaw.demo_environment import FOLDER_NAME

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "sandbox" / "README.md"]
FOLDERS = [
    ROOT / name for name in ("bitbylaw", "syncapp", "sandbox", "tests", "templates", "docs", "requirements", ".ci")
]
# Not in Config: read by tests, by the demo, by docker-compose.yml, or a setting of Django's own.
OTHER_VARIABLES = {
    "HUB_REAL_ESPOCRM",
    "ESPOCRM_ADMIN_USER",
    "ESPOCRM_ADMIN_PASSWORD",
    FOLDER_NAME,
    "HUB_ENV_FILE",
    "HUB_TEST_ENGINE",
    "HUB_EXAMPLES",
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
def test_commands_are_called_as_they_can_be(page: Path) -> None:
    if page.name == "CHANGELOG.md":  # says what changed (`person find|export|erase`), not what to type
        return
    for text in code(page):
        for name, rest in re.findall(r"(?:manage\.py|sudo bitbylaw) ([a-z_]+)([^|\n]*)", text):
            if rest.strip() and "--help" not in rest and name != "sandbox" and get_commands()[name] == "syncapp":
                words = shlex.split(rest, comments=True)
                load_command_class("syncapp", name).create_parser("manage.py", name).parse_args(words)


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


@cache
def endings() -> frozenset[str]:
    """Each file and folder of the repository by every end of its path: pages name modules by their last parts."""
    inside = [path for folder in FOLDERS for path in (folder, *folder.rglob("*")) if "__pycache__" not in path.parts]
    parts = [path.relative_to(ROOT).parts for path in [*ROOT.iterdir(), *inside]]
    return frozenset("/".join(path[start:]) for path in parts for start in range(len(path)))


def named_paths(text: str) -> list[str]:
    """Modules, and whatever begins with a folder of the repository or of the hub; no addresses, no wildcards."""
    inside = {path.name for path in (ROOT / "syncapp").iterdir() if path.is_dir()}
    rooms = {folder.name for folder in FOLDERS} | inside - {"api", "static"}  # which begin addresses too
    words = re.findall(r"(?<![\w/.<>*:-])[\w.-]+(?:/[\w.-]+)*/?(?![\w/<*])", text)
    paths = [word.rstrip("/.") for word in words if "/" in word or word.endswith(".py")]
    return [path for path in paths if path.endswith(".py") or path.partition("/")[0] in rooms]


@every_page
def test_named_files_exist(page: Path) -> None:
    for text in code(page):
        assert [path for path in named_paths(text) if path not in endings()] == [], text


def test_a_wrong_path_is_noticed() -> None:
    right = "`engine/runs/claims.py`, `claims.py`, syncapp/people/, GET /health/live, text/plain, flows/<name>/plan.py"
    assert [path for path in named_paths(right) if path not in endings()] == []
    wrong = ["engine/claims.py", "claim.py", "syncapp/engin", "tests/unit/none.py", "flows/scans"]
    assert [path for path in named_paths(" ".join(wrong)) if path not in endings()] == wrong


@every_page
def test_named_modules_have_what_is_named(page: Path) -> None:
    for text in code(page):
        for name in re.findall(r"(?<![\w/.])(?:bitbylaw|syncapp|sandbox|tests)(?:\.\w+)+(?![\w/])", text):
            if not (ROOT / "deploy" / "systemd" / name).exists():  # systemd's units are named so too
                pkgutil.resolve_name(name)


def test_pictures_are_small() -> None:
    heavy = [path.name for path in (ROOT / "docs" / "images").iterdir() if path.stat().st_size > 300_000]
    assert heavy == []
