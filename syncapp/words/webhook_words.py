"""What a webhook of EspoCRM told, as staff say it."""

from __future__ import annotations

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
}


def quarantine_in_words(reason: str) -> str:
    return gettext(UNREADABLE[reason]) if reason in UNREADABLE else reason
