"""Every action and every note of every flow, found by itself: kept without values, told in both languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.utils import translation

from syncapp.engine.runs.planning import Plan, Settled
from syncapp.flows.documents.actions import Attach, Upload
from syncapp.kit.phrases import PHRASES, Phrase
from syncapp.words.plan_words import in_words
from tests import engines
from tests.unit.words import declared
from tests.unit.words.marked import SECRET, made

CATALOGUE = Path(settings.BASE_DIR) / "syncapp" / "locale" / "de" / "LC_MESSAGES" / "django.po"
GERMAN = {(entry.msgid, entry.msgid_plural): entry for entry in polib.pofile(str(CATALOGUE))}
found = pytest.mark.parametrize("phrase", declared.phrases().values(), ids=declared.phrases().keys())


def names_in(text: str) -> set[str]:
    asked: set[str] = set()

    class Asked(dict[str, Any]):
        def __missing__(self, name: str) -> int:
            asked.add(name)
            return 1

    assert text % Asked()
    return asked


def test_there_are_some_of_every_flow() -> None:
    flows = {phrase.__module__.split(".")[2] for phrase in declared.phrases().values()}
    assert flows >= {"documents", "collections", "beteiligte", "bankverbindungen", "tasks", "calendar"}


def test_every_process_knows_every_kind() -> None:
    """What a worker has planned a web process shows, which has run no flow."""
    program = (
        "import sys, django; django.setup(); from syncapp.kit.phrases import known; "
        "print(*(kind for kind in sys.argv[1:] if known(kind)))"
    )
    kinds = sorted(phrase.kind for phrase in declared.phrases().values())
    environment = {**os.environ, **engines.clean_environment(), "DJANGO_SETTINGS_MODULE": "bitbylaw.settings"}
    environment |= {"DJANGO_DEBUG": "1", "DATABASE_URL": "sqlite://:memory:"}
    command = [sys.executable, "-c", program, *kinds]
    said = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True)
    assert said.stdout.split() == kinds


def test_no_two_have_the_same_kind() -> None:
    assert len({phrase.kind for phrase in declared.phrases().values()}) == len(declared.phrases())
    with pytest.raises(TypeError, match=r"Attach and Other .*document\.attach"):
        type("Other", (Phrase,), {"kind": Attach.kind})
    assert PHRASES[Attach.kind] is Attach


def test_what_is_planned_has_a_kind() -> None:
    bases = {base for phrase in declared.classes(Phrase) for base in phrase.__mro__[1:]}
    assert [each for each in declared.classes(Phrase) if each not in bases and "kind" not in vars(each)] == []


@found
def test_words_name_what_is_shown_in_both_languages(phrase: type[Phrase]) -> None:
    one, several = (phrase.words, "") if isinstance(phrase.words, str) else phrase.words
    german = GERMAN[one, several]
    texts = [one, *filter(None, [several]), *(german.msgstr_plural.values() if several else [german.msgstr])]
    assert all(texts)
    assert [names_in(text) for text in texts] == [set(phrase.shown)] * len(texts)
    assert not several or "count" in phrase.shown


@found
def test_what_is_kept_is_plain_and_holds_no_values(phrase: type[Phrase]) -> None:
    whole = made(phrase)
    kept = json.loads(json.dumps(whole.stored()))
    assert kept["kind"] == phrase.kind
    assert SECRET not in json.dumps(kept, ensure_ascii=False)
    assert SECRET not in repr(whole)
    told = []
    for language in ("en", "de"):
        with translation.override(language):
            told.append(in_words(kept))
    assert told[0] != told[1]
    assert "%(" not in "".join(told)


def test_a_value_that_is_kept_would_be_found_out() -> None:
    class Careless(Attach):
        kind = "tests.careless"
        shown = ("text",)
        text = SECRET

    del PHRASES[Careless.kind]
    with pytest.raises(AssertionError):
        test_what_is_kept_is_plain_and_holds_no_values(Careless)


@found
def test_each_is_made_somewhere(phrase: type[Phrase]) -> None:
    assert phrase.__name__ in declared.made_in_flows()


# Telling


def test_fields_are_told_as_staff_know_them() -> None:
    with translation.override("de"):
        said = in_words({"kind": "party.save", "fields": ["anrede", "vorname"]})
        assert said == "nach Advoware schreiben: Anrede, Vorname"
        assert in_words({"kind": "party.add_contact", "field": "fax"}).endswith(": Faxnummer")


@pytest.mark.parametrize(("count", "said"), [(1, "1 employee in Advoware"), (12, "12 employees in Advoware")])
def test_numbers_have_their_form(count: int, said: str) -> None:
    with translation.override("en"):
        assert in_words({"kind": "calendar.employees", "count": count}) == said


def test_what_was_held_back_says_so() -> None:
    plan = Plan(Settled(), (Upload("a"),), held_back=(Attach("c1"),))
    assert plan.stored() == [
        {"kind": "document.upload"},
        {"kind": "document.attach", "collection_id": "c1", "held_back": True},
    ]
    with translation.override("en"):
        assert in_words(plan.stored()[1]) == (
            "not written, because writing is switched off: put it into the collection c1"
        )


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("attach to c1", "attach to c1"),  # before 1.0
        ("held back: write name to Advoware", "held back: write name to Advoware"),
        ({"kind": "flow.no_more", "id": "1"}, "flow.no_more"),
        ({}, ""),
        ({"kind": "document.attach"}, "put it into the collection –"),
        (7, "7"),
    ],
)
def test_what_an_older_version_kept_is_shown_as_it_is(stored: Any, said: str) -> None:
    with translation.override("en"):
        assert in_words(stored) == said
