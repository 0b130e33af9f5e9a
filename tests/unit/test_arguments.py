"""What may stand behind a command: words that mean nothing are refused before anything is done."""

from __future__ import annotations

import argparse
import math
import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import load_command_class

from syncapp.management.arguments import how_many, named_path, seconds

COMMANDS = sorted(path.stem for path in Path(settings.BASE_DIR, "syncapp/management/commands").glob("[a-z]*.py"))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (named_path, ["", "  "]),
        (seconds, ["nan", "inf", "-inf", "-1", "1e999", "", "soon"]),
        (how_many, ["-1", "", "1.5", "nan", "9" * 5000]),
    ],
)
def test_what_means_nothing_is_refused(kind: object, words: list[str]) -> None:
    for word in words:
        with pytest.raises(argparse.ArgumentTypeError):
            kind(word)  # type: ignore[operator]


def test_what_means_something_is_taken() -> None:
    assert (named_path("a b"), seconds("0.5"), how_many("0")) == (Path("a b"), 0.5, 0)
    assert math.isfinite(seconds("1e9"))


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_takes_an_empty_variable_of_a_shell_for_the_folder_one_stands_in(name: str) -> None:
    """`manage.py backup "$DEST"` wrote clients' data there; and a span of `nan` seconds is never over."""
    parser = load_command_class("syncapp", name).create_parser("manage.py", name)
    assert [action.dest for action in parser._actions if action.type in (Path, float)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_help_shows_can_be_typed(name: str) -> None:
    for line in re.findall(r"^  manage\.py (\S.*)$", load_command_class("syncapp", name).help, re.MULTILINE):
        called, *words = shlex.split(re.split(r"\s{2,}| > ", line)[0])
        load_command_class("syncapp", called).create_parser("manage.py", called).parse_args(words)
