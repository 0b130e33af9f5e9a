"""What the theme says of itself, read out loud or shown on hovering too, is German on German pages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import unfold
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_no_internal_names import words_of
from tests.integration.admin.test_pages import addresses

IN_TEMPLATES = re.compile(r"""\{%\s*trans(?:late)?\s+(["'])(.+?)\1""")
IN_MODULES = re.compile(r"""\b_\(\s*(["'])(.+?)\1\s*\)""")
SPOKEN = re.compile(r"""\b(?:aria-label|title|placeholder|alt|value)="([^"]+)\"""")
# The same word in both languages.
SAME = {"System", "Name", "Status", "Filter", "Start"}


def of_the_theme() -> Iterator[str]:
    folder = Path(unfold.__file__).parent
    for pattern, files in ((IN_TEMPLATES, folder.rglob("*.html")), (IN_MODULES, folder.rglob("*.py"))):
        for path in files:
            yield from (html.unescape(text) for _quote, text in pattern.findall(path.read_text()))


def said(page: str) -> set[str]:
    return {" ".join(text.split()) for text in (*words_of(page), *map(html.unescape, SPOKEN.findall(page)))}


@pytest.fixture
def pages(login: Login) -> list[tuple[str, str]]:
    made = rows.everything()
    chief: Client = login("chief", is_superuser=True)
    chief.cookies["django_language"] = "de"
    user, group = User.objects.get(username="chief"), Group.objects.get(name=rows.STAFF)
    own = [f"admin:auth_{name}_{page}" for name in ("user", "group") for page in ("changelist", "add")]
    row = [("user", user.pk, page) for page in ("change", "delete", "password_change")]
    row += [("group", group.pk, page) for page in ("change", "delete")]
    found = {*addresses(made), *map(reverse, own), "/admin/password_change/"}
    found |= {reverse(f"admin:auth_{name}_{page}", args=[pk]) for name, pk, page in row}
    found |= {f"{reverse('admin:auth_user_changelist')}?q=nobody"}
    shown = [(each, chief.get(each).content.decode()) for each in sorted(found)]
    chosen = {"action": "delete_selected", "_selected_action": [user.pk]}
    shown.append(("delete selected", chief.post(reverse("admin:auth_user_changelist"), chosen).content.decode()))
    return shown


def test_nothing_of_the_theme_stays_english(pages: list[tuple[str, str]]) -> None:
    texts = set(of_the_theme())
    assert {"Select record", "Date", "Save"} <= texts
    with translation.override("de"):
        english = {text for text in texts if translation.gettext(text) == text} - SAME
    assert len(pages) > 40
    assert {(address, text) for address, page in pages for text in said(page) & english} == set()


def test_no_word_stands_twice(pages: list[tuple[str, str]]) -> None:
    """Django's own German said "dass es es korrekt"."""
    doubled = re.compile(r"\b([a-zäöüß]+) \1\b")
    assert {(address, text) for address, page in pages for text in words_of(page) if doubled.search(text)} == set()
