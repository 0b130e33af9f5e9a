"""German is complete, the compiled file is that of the source, and no text of the program is missing in it."""

from __future__ import annotations

import os

import polib
import pytest

from tests import catalogue

HOW = "run `make messages`, then translate what it names and run it again"


@pytest.fixture(scope="module")
def german() -> polib.POFile:
    return catalogue.read()


@pytest.fixture(scope="module")
def program() -> dict[catalogue.Key, polib.POEntry]:
    """The texts of the program."""
    if not catalogue.can_extract():
        if os.environ.get("CI") or os.environ.get("HUB_REQUIRE_SERVERS") == "1":
            pytest.fail(catalogue.INSTALL_HINT)
        pytest.skip(catalogue.INSTALL_HINT)
    return catalogue.extracted()


def test_everything_is_translated(german: polib.POFile) -> None:
    assert [entry.msgid for entry in german.untranslated_entries()] == [], HOW
    assert [entry.msgid for entry in german.fuzzy_entries()] == [], HOW


def test_the_compiled_file_is_up_to_date(german: polib.POFile) -> None:
    def texts(entries: polib.POFile | polib.MOFile) -> dict[catalogue.Key, tuple[str, ...]]:
        found = catalogue.by_key(entries).items()
        return {key: tuple(entry.msgstr_plural.values()) or (entry.msgstr,) for key, entry in found}

    compiled = polib.mofile(str((catalogue.ROOT / catalogue.PATH).with_suffix(".mo")))
    assert texts(compiled) == texts(german), HOW


def test_no_text_of_the_program_is_missing_and_none_is_unused(
    german: polib.POFile, program: dict[catalogue.Key, polib.POEntry]
) -> None:
    known = set(catalogue.by_key(german))
    assert sorted(set(program) - known, key=str) == [], f"missing: {HOW}"
    assert sorted(known - set(program), key=str) == [], f"unused: {HOW}"


def test_the_catalogue_is_sorted_and_wrapped_in_one_way() -> None:
    """So that two people's changes meet in few lines."""
    written = (catalogue.ROOT / catalogue.PATH).read_text(encoding="utf-8")
    anew = catalogue.read()
    catalogue.sort(anew)
    assert str(anew) == written, HOW
