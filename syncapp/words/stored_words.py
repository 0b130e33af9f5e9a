"""Short reasons that flows write into rows; they are translated when they are shown."""

from __future__ import annotations

import re

from django.utils.translation import gettext, gettext_noop

_STORED = (
    gettext_noop("new in the CRM"),
    gettext_noop("changed in the CRM"),
    gettext_noop("perhaps changed in the CRM"),
    gettext_noop("gone in the CRM"),
    gettext_noop("changed in Advoware"),
    gettext_noop("gone in Advoware"),
    gettext_noop("a person's task may be done"),
    gettext_noop("failed before"),
    gettext_noop("not looked at for a day"),
    gettext_noop("a task is not shown in the CRM as it is"),
    gettext_noop("no document uses it"),
    gettext_noop("no entity of the CRM names it"),
    gettext_noop("entity deleted"),
    gettext_noop("entity closed"),
    gettext_noop("document deleted"),
    gettext_noop("content replaced"),
    gettext_noop("uploaded twice or too late"),
    gettext_noop("interrupted"),
    gettext_noop("confirmed by a person"),
)
_COUNTED = {
    "entities would lose something": gettext_noop("%(count)s entities would lose something"),
    "entities would be changed": gettext_noop("%(count)s entities would be changed"),
}
_PATTERN = re.compile(rf"(\d+) ({'|'.join(_COUNTED)})")


def stored_in_words(stored: str) -> str:
    """The reason in the reader's language; one that is not known is shown as it is."""
    if found := _PATTERN.fullmatch(stored):
        return gettext(_COUNTED[found[2]]) % {"count": found[1]}
    return gettext(stored) if stored in _STORED else stored
