"""What a webhook of EspoCRM told, as staff say it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from syncapp.words.entity_words import kind_in_words

TOLD: Mapping[str, str] = {
    "create": gettext_noop("%(what)s: new"),
    "update": gettext_noop("%(what)s: changed"),
    "delete": gettext_noop("%(what)s: deleted"),
    "link": gettext_noop("%(what)s: link made"),
    "unlink": gettext_noop("%(what)s: link removed"),
}
ANYTHING = "entity"  # the path of the links, whatever is linked


def webhook_in_words(path: str, action: str, entity_type: str = "") -> str:
    """A path that is taken in no more is shown as it is."""
    kind = settings.CONFIG.WEBHOOK_ENTITIES.get(path, entity_type)
    what = gettext("Entity") if path == ANYTHING else kind_in_words(kind) if kind else path
    return gettext(TOLD[action]) % {"what": what} if action in TOLD else f"{what}: {action}"


# Why a body could not be read, as `events.bodies` stores it.
UNREADABLE: Mapping[str, str] = {
    "not valid JSON": gettext_noop(
        "It is cut off or no JSON: perhaps the connection broke, or it does not come from EspoCRM."
    ),
    "neither an array nor an object": gettext_noop("It holds no list of changes."),
    "too many values": gettext_noop("It holds more than a webhook of EspoCRM ever does."),
    "nested too deeply": gettext_noop("It holds more than a webhook of EspoCRM ever does."),
    "too many arrays and objects": gettext_noop("It holds more than a webhook of EspoCRM ever does."),
    "more than # items": gettext_noop("It holds more than a webhook of EspoCRM ever does."),
}
NONE = re.compile(r"no item of (\d+) can be used; the first: (.+)")
NUMBER = re.compile(r"\d+")
# Why an item could not be read, after the name of what is wrong in it.
ITEM = re.compile(r"(\w+) (is .+)")
UNUSABLE: Mapping[str, str] = {
    "is missing": gettext_noop("%(name)s is missing"),
    "is not a text": gettext_noop("%(name)s is not a text"),
    "is not an id": gettext_noop("%(name)s is not an id"),
    "is missing or not an entity type": gettext_noop("%(name)s is missing or not an entity type"),
    "is not that of this address": gettext_noop("it is of another kind than this address takes"),
}


def quarantine_in_words(reason: str) -> str:
    if none := NONE.fullmatch(reason):
        words = gettext("None of its items (%(count)s) can be used; the first: %(why)s")
        return words % {"count": none[1], "why": rejected_in_words(none[2])}
    words = UNREADABLE.get(NUMBER.sub("#", reason), "")
    return gettext(words) if words else reason


def rejected_in_words(reason: str) -> str:
    """Of an item; what another version has stored is shown as it is."""
    if reason == "not an object":
        return gettext("it is no object (JSON)")
    item = ITEM.fullmatch(reason)
    words = UNUSABLE.get(item[2], "") if item else ""
    return gettext(words) % {"name": item[1]} if item and words else reason
