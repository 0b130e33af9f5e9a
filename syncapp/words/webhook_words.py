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
