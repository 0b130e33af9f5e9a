"""What a journal entry says was done, as staff read it. Each flow declares its writes (`models.JournalAction`)."""

from __future__ import annotations

from collections.abc import Callable

from syncapp.models import JournalAction, Seen
from syncapp.words.fault_words import fault_in_words

load_all: Callable[[], object] | None = None  # loads the flows: what shows entries has perhaps not run any of them


def writes() -> dict[str, str]:
    if load_all is not None:
        load_all()
    return {name: str(label) for flow in JournalAction.__subclasses__() for name, label in flow.choices}


def write_in_words(action: str) -> str:
    """What was written; what no flow declares (any more) is shown as it was stored."""
    return writes().get(action, action)


def detail_in_words(detail: str) -> str:
    """What a later run saw, or what the system refused."""
    return str(Seen(detail).label) if detail in Seen.values else fault_in_words(detail)
