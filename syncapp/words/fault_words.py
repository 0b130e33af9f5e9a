"""What a system said when it refused something, for staff: which system, which field, which rule. Never a value."""

from __future__ import annotations

from django.utils.translation import gettext

from syncapp.clients.errors import Told
from syncapp.models import SystemName
from syncapp.words.field_words import field_in_words
from syncapp.words.rule_words import RULES, rule_in_words


def system_in_words(name: str) -> str:
    return str(SystemName(name).label) if name in SystemName.values else name


def system_of(detail: str) -> str:
    """Which system said so; empty where it is not told."""
    told = Told.read(detail)
    return told.system if told is not None else ""


def fault_in_words(detail: str) -> str:
    """What does not tell a field or a rule that has words is shown as it is."""
    told = Told.read(detail)
    if told is None or not (told.field or told.code in RULES):
        return detail
    words = {"system": system_in_words(told.system), "field": _field(told.field), "rule": rule_in_words(told.code)}
    if not told.field:
        return gettext("%(system)s: %(rule)s") % words
    if not told.code:
        return gettext("%(system)s, field “%(field)s”") % words
    return gettext("%(system)s, field “%(field)s”: %(rule)s") % words


def _field(name: str) -> str:
    """With the name that it has in the other system, by which an administrator finds it."""
    words = field_in_words(name)
    return words if words == name else f"{words} ({name})"
