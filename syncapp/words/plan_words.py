"""What flows have planned, as it is stored, in the reader's language. The words stand beside the kinds, in flows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.kit.phrases import known
from syncapp.models import SystemName
from syncapp.words.field_words import field_in_words


def in_words(stored: object) -> str:
    """Rows from before 1.0 hold sentences; they, and a kind that is no more, are shown as they are."""
    if not isinstance(stored, Mapping):
        return str(stored)
    phrase = known(str(stored.get("kind", "")))
    if phrase is None:
        return str(stored.get("kind", ""))
    words, shown = phrase.words, {name: _shown(name, stored.get(name)) for name in phrase.shown}
    text = _(words) if isinstance(words, str) else ngettext(*words, stored.get("count", 0))
    said = text % shown
    return _("not written, because writing is switched off: %(action)s") % {"action": said} if _held(stored) else said


def _held(stored: Mapping[str, Any]) -> bool:
    return bool(stored.get("held_back"))


def _shown(name: str, value: Any) -> Any:
    match name, value:
        case _other, None:  # kept by an earlier version, which did not have it
            return "–"
        case "field", str(field):
            return field_in_words(field)
        case "system", str(system) if system in SystemName.values:
            return str(SystemName(system).label)
        case "fields", [*fields]:
            return ", ".join(map(field_in_words, fields))
    return value
