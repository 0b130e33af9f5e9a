"""Marks a text for the catalogue where Django must not be imported; whoever shows it translates it."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """The text itself. `makemessages` finds it by the name of this function."""
    return text


Plural = tuple[str, str]  # for one, and for several


def ngettext_lazy(one: str, several: str) -> Plural:
    """Which of them it is says the argument `count`, where the text is shown."""
    return one, several
