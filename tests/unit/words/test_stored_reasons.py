"""What is stored as the program says it, of webhooks that were not read and of workers, is told in words."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from syncapp.engine.workers import cluster, supervision
from syncapp.events import bodies
from syncapp.words.webhook_words import quarantine_in_words, rejected_in_words
from syncapp.words.worker_words import restart_in_words

ENGLISH = re.compile(r"\b(?:is|not|the|an?|of|it|by|was|more|than|too|can)\b")
NAMES = ("id", "entityId", "entityType", "entity_type")


def texts(node: ast.expr) -> Iterator[str]:
    """A text of the program as it is stored, with each number and name that it may hold."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from (text for each in (node.body, node.orelse) for text in texts(each))
        case ast.JoinedStr():
            fills = [[str(part.value)] if isinstance(part, ast.Constant) else ["\0"] for part in node.values]
            yield "".join(fill for (fill,) in fills)


def raised(name: str) -> list[str]:
    """What `bodies` raises of this class."""
    tree = ast.parse(inspect.getsource(bodies))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name)
    return [text for call in calls for text in texts(call.args[0])]


def returned(module: object) -> list[str]:
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    nodes = (node.value for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value is not None)
    return [text for node in nodes for text in texts(node) if " " in text]


def in_german(told: str) -> bool:
    return not ENGLISH.search(told)


def test_every_reason_of_an_item_has_words() -> None:
    reasons = raised("_Bad")
    assert len(reasons) >= 6
    with translation.override("de"):
        for reason in reasons:
            for name in NAMES:
                words = rejected_in_words(reason.replace("\0", name))
                assert in_german(words), (reason, words)


def test_every_reason_of_a_quarantine_has_words() -> None:
    reasons = raised("Unreadable")
    assert len(reasons) >= 7
    with translation.override("de"):
        for reason in reasons:
            stored = reason.replace("\0", "5000", 1).replace("\0", "id is missing")
            words = quarantine_in_words(stored)
            assert in_german(words), (stored, words)


def test_every_reason_of_a_restart_has_words() -> None:
    reasons = [*returned(cluster), *returned(supervision)]
    assert len(reasons) >= 5
    with translation.override("de"):
        for reason in reasons:
            words = restart_in_words(reason.replace("\0", "9"))
            assert in_german(words), (reason, words)
            assert ("9" in words) == ("\0" in reason)


@pytest.mark.parametrize("stored", ["", "something newer", "no id", "not JSON"])
def test_what_is_not_known_is_shown_as_it_is(stored: str) -> None:
    for told in (quarantine_in_words, rejected_in_words, restart_in_words):
        assert told(stored) == stored
