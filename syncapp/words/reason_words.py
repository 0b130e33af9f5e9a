"""Reasons as staff read them: what is the matter, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.functional import Promise

from syncapp.models import Reason

# The reasons that flows have of their own; whoever knows the flows puts a source here.
declared: Callable[[], Mapping[str, str | Promise]] = dict


def reasons() -> dict[str, str]:
    """All there are, by their codes."""
    return {code: str(words) for code, words in (*Reason.choices, *declared().items())}


def reason_in_words(code: str) -> str:
    """One that nobody has declared (an old row) is shown as it is."""
    return reasons().get(code, code)
