"""What a kind of task needs words for, and the words that several kinds share."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


IS_NOW, SHOULD_BE = _("is now"), _("should be")


@dataclass(frozen=True, slots=True)
class Words:
    """Texts may name %(number)s and %(system)s of the task.

    `effect` and `button` are for kinds where closing by hand makes the hub do something; it is asked first.
    """

    why: Text
    steps: tuple[Text, ...]
    after: Text
    now: Text = IS_NOW
    wanted: Text = SHOULD_BE
    effect: Text = ""
    button: Text = ""


# Of a kind that a newer version has made.
UNKNOWN = Words(_("This version of the hub does not know this kind of task; a newer one does."), (), "")
BY_ITSELF = _("The task closes by itself when the hub sees that it is done.")
ONLY_BY_HAND = _("This is a notice: press Done when you have read it.")
