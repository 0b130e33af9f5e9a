"""Why a side can't hold a value, in words. Flows store a code, and what it is about behind a colon."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from syncapp.words.rule_words import rule_in_words

HELD: Mapping[str, str] = {
    "unreadable": gettext_noop("What stands there can't be understood, and is not overwritten."),
    "remark": gettext_noop("Somebody wrote a remark beside it that would be lost: %(about)s"),
    "invalid": gettext_noop("It is not valid there."),
    "extension": gettext_noop("Extensions of phone numbers can't be entered there."),
    "too_long": gettext_noop("It may have %(about)s signs there."),
    "signs": gettext_noop("These signs are not allowed there: %(about)s"),
    "no_such_option": gettext_noop("There is no such choice there."),
    "needed": gettext_noop("It can't be empty there."),
    "type_fixed": gettext_noop("The type of an entry can't be changed there."),
    "no_type": gettext_noop("Entries of this type are not kept there."),
    "series": gettext_noop("There is no such series there."),
    "no_time": gettext_noop("It can't be without a time there."),
    "fixed": gettext_noop("No program may change it there."),
    "refused": gettext_noop("It was refused when the hub wrote it."),
    "not_kept": gettext_noop("It was taken when the hub wrote it, and not kept."),
    "wrong_kind": gettext_noop("Only persons have this field, or only companies, and this party is of the other kind."),
}


REFUSED = "refused"
REFUSED_FOR = gettext_noop("It was refused when the hub wrote it: %(about)s")


def held_in_words(code: str) -> str | None:
    """None: no such reason."""
    reason, _colon, about = code.partition(":")
    if reason == REFUSED and about:
        return gettext(REFUSED_FOR) % {"about": rule_in_words(about)}
    return gettext(HELD[reason]) % {"about": about} if reason in HELD else None
