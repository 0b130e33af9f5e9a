"""Reasons as staff read them: what is the matter, at which system, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop

from syncapp.models import Reason
from syncapp.words.fault_words import system_in_words

# The reasons that flows have of their own; whoever knows the flows puts a source here.
declared: Callable[[], Mapping[str, str | Promise]] = dict

# Where the system is known it is named.
NAMED: Mapping[str, str] = {
    Reason.SYSTEM_DOWN: gettext_noop("%(system)s does not answer. It is tried again by itself; nothing to do."),
    Reason.SYSTEM_SETTINGS: gettext_noop(
        "%(system)s refuses our login. An administrator must check the key in the settings."
    ),
    Reason.RATE_LIMITED: gettext_noop("%(system)s asked for a pause. It is tried again by itself; nothing to do."),
    Reason.TRANSIENT: gettext_noop("A passing fault of %(system)s. It is tried again by itself; nothing to do."),
    Reason.REJECTED: gettext_noop("%(system)s refused the data. Look at the detail, mend it there, then press Retry."),
    Reason.FORBIDDEN: gettext_noop(
        "The hub lacks a right in %(system)s. An administrator must grant it, then press Retry."
    ),
    Reason.UNEXPECTED_ANSWER: gettext_noop(
        "%(system)s answered something that the hub does not understand. Please tell an administrator."
    ),
    Reason.EXHAUSTED: gettext_noop(
        "It was tried several times at %(system)s without success. Look at the attempts, then press Retry."
    ),
}


def reasons() -> dict[str, str]:
    """All there are, by their codes."""
    return {code: str(words) for code, words in (*Reason.choices, *declared().items())}


def reason_in_words(code: str, system: str = "") -> str:
    """One that nobody has declared (an old row) is shown as it is."""
    if system and code in NAMED:
        return gettext(NAMED[code]) % {"system": system_in_words(system)}
    own = declared().get(code)
    if own is not None:
        return str(own)
    return str(Reason(code).label) if code in Reason else code
