"""What a journal entry says was done, as staff read it. Each flow declares its writes (`models.JournalAction`)."""

from __future__ import annotations

from syncapp.models import JournalAction, Seen
from syncapp.words.fault_words import fault_in_words


def writes() -> dict[str, str]:
    return {name: str(label) for flow in JournalAction.__subclasses__() for name, label in flow.choices}


def write_in_words(action: str) -> str:
    """What was written; what no flow declares (any more) is shown as it was stored."""
    return writes().get(action, action)


def detail_in_words(detail: str) -> str:
    """What a later run saw, or what the system refused."""
    return str(Seen(detail).label) if detail in Seen.values else fault_in_words(detail)
