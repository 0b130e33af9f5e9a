"""The rules by which systems refuse values and calls, in words, by the codes that the clients give them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

RULES: Mapping[str, str] = {
    "validation.required": gettext_noop("it can't be empty there"),
    "validation.noEmptyString": gettext_noop("it can't be empty there"),
    "validation.valid": gettext_noop("this value is not allowed there"),
    "validation.emailAddress": gettext_noop("it is not taken for a mail address there"),
    "validation.phoneNumber": gettext_noop("it is not taken for a phone number there"),
    "validation.pattern": gettext_noop("it holds signs that are not allowed there"),
    "validation.maxLength": gettext_noop("it is too long"),
    "validation.maxItemLength": gettext_noop("one of the entries is too long"),
    "validation.maxCount": gettext_noop("these are too many entries"),
    "validation.min": gettext_noop("it is less than allowed there"),
    "validation.max": gettext_noop("it is more than allowed there"),
    "validation.notInternal": gettext_noop("it is an inner address, which EspoCRM has to be allowed to call"),
    "access.link": gettext_noop("the hub may not read what would be linked there"),
    "access.field": gettext_noop("the hub may not write this field"),
    "access.hidden": gettext_noop("the hub may not read this field"),
    "access.assign": gettext_noop("the hub may not assign anything to this user or team"),
    "access.too_many": gettext_noop(
        "the hub's user has as many webhooks there as it may have (50, unless somebody changed that; those that are "
        "switched off count too): delete there those that nobody needs any more"
    ),
    "link.gone": gettext_noop("what would be linked is not there any more"),
    "access.create": gettext_noop("the hub may not create such entities"),
    "access.read": gettext_noop("the hub may not read such entities"),
    "access.edit": gettext_noop("the hub may not change such entities"),
    "access.delete": gettext_noop("the hub may not delete such entities"),
    "access.stream": gettext_noop("the hub may not read the stream of such entities"),
    "duplicate": gettext_noop("there is such an entity already"),
    "locked": gettext_noop("it is locked there"),
    "conflict": gettext_noop("a rule of the installation is against it"),
    "over_limit": gettext_noop("it is larger than allowed"),
}


def rule_in_words(code: str) -> str:
    """One that nobody has words for is shown as the system named it."""
    return gettext(RULES[code]) if code in RULES else code.removeprefix("validation.")
