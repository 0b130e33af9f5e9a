"""What a system said when it refused something, for staff: which system, which field, which rule. Never a value."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from syncapp.clients.errors import Told
from syncapp.models import SystemName
from syncapp.words.field_words import field_in_words
from syncapp.words.rule_words import RULES, rule_in_words

# What went wrong with a call, by the name that `ClientError`s keep of themselves.
KINDS: Mapping[str, str] = {
    "Unreachable": gettext_noop("could not be reached"),
    "AnswerLost": gettext_noop("the answer was lost on the way"),
    "RateLimited": gettext_noop("asked for a pause"),
    "Unauthorized": gettext_noop("refused our login"),
    "NotEnabled": gettext_noop("our login is not enabled there"),
    "Forbidden": gettext_noop("the hub may not do that there"),
    "LockedOut": gettext_noop("shut the hub out for a minute"),
    "NotFound": gettext_noop("there is no such thing there"),
    "EntityTypeUnknown": gettext_noop("there is no such kind of thing there"),
    "Outdated": gettext_noop("somebody changed it meanwhile"),
    "Duplicate": gettext_noop("is there already"),
    "Rejected": gettext_noop("refused the data"),
    "SyncTokenExpired": gettext_noop("wants everything to be read anew"),
    "TooLarge": gettext_noop("is too large"),
    "ServerTrouble": gettext_noop("has trouble of its own"),
    "Maintenance": gettext_noop("is switched off or overloaded"),
    "UnexpectedAnswer": gettext_noop("answered what the hub doesn’t understand"),
}


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


def trouble_in_words(detail: str) -> str:
    """What kind of trouble it was, with its number; what tells none is shown as it is."""
    told = Told.read(detail)
    kind = KINDS.get(detail if told is None else told.kind)
    if kind is None:
        return detail
    return gettext(kind) if told is None or told.status is None else f"{gettext(kind)} (HTTP {told.status})"
