"""What was found when an installation was taken over, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syncapp.kit.phrases import known
from syncapp.models import Cause
from syncapp.models.tasks import TaskKind
from syncapp.words.plan_words import in_words
from syncapp.words.reason_words import reason_in_words

HOLE = "…"


def found_in_words(what: Iterable[str]) -> str:
    return "; ".join(map(_one, what))


def coded(action: Mapping[str, Any]) -> str:
    """An action as it is counted: what is different about each entity is left out, but for names of fields."""
    fields = action.get("fields") or ()
    return f"{action['kind']}:{'+'.join(fields)}" if fields else str(action["kind"])


def _one(code: str) -> str:
    kind, _, fields = code.partition(":")
    if (phrase := known(kind)) is not None:
        shown: dict[str, Any] = dict.fromkeys(phrase.shown, HOLE)
        return in_words({"kind": kind, **shown, **({"fields": fields.split("+")} if fields else {})})
    for labels in (Cause, TaskKind):
        if code in labels.values:
            return str(labels(code).label)
    return reason_in_words(code)
