"""What a journal entry says was done, as staff read it. Each flow declares its writes (`models.JournalAction`)."""

from __future__ import annotations

from syncapp.models import JournalAction, Seen


def writes() -> dict[str, str]:
    return {name: str(label) for flow in JournalAction.__subclasses__() for name, label in flow.choices}


def write_in_words(action: str) -> str:
    """What was written; what no flow declares (any more) is shown as it was stored."""
    return writes().get(action, action)


def detail_in_words(detail: str) -> str:
    """What a client said is shown as it is."""
    return str(Seen(detail).label) if detail in Seen.values else detail
