"""What the tasks about a case and its Akte, and about an address, mean to the person who does them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from syncapp.models.tasks import TaskKind
from syncapp.words.task_wording import BY_ITSELF, Words

SOUGHT, FOUND = _("in EspoCRM"), _("in Advoware")

WORDS: Mapping[str, Words] = {
    TaskKind.ADDRESS_DIFFERS: Words(
        _("The party has another address in EspoCRM than in Advoware. The hub changes neither."),
        (
            _("Find out which address is right."),
            _("Correct the other one, in EspoCRM or at party no. %(number)s in Advoware."),
        ),
        _("The task closes by itself in the night after both agree, or at once with Sync now."),
        now=SOUGHT,
        wanted=FOUND,
    ),
    TaskKind.MATTER_MISSING: Words(
        _("The hub finds no Akte in Advoware for this case. What was sought stands below. Nothing was changed."),
        (
            _("Search for the Akte in Advoware. If it is not there yet, make it there."),
            _("If it is there: correct in EspoCRM what stands below, so that it is the same in both."),
        ),
        BY_ITSELF,
        now=SOUGHT,
        wanted=FOUND,
    ),
    TaskKind.MATTER_AMBIGUOUS: Words(
        _(
            "Several Akten in Advoware have the Aktenzeichen of this case, and the hub does not guess which one is "
            "meant. They stand below, with their numbers."
        ),
        (
            _("Look in Advoware which Akte it is."),
            _("Enter its number in EspoCRM at the case, or correct the Aktenzeichen that is wrong."),
        ),
        BY_ITSELF,
        now=SOUGHT,
        wanted=FOUND,
    ),
    TaskKind.MATTER_DIFFERS: Words(
        _(
            "The case names Akte no. %(number)s, and in Advoware this Akte has another Aktenzeichen. The hub "
            "overwrites neither."
        ),
        (
            _("Look at both below: is it the right Akte?"),
            _("The right one: correct the Aktenzeichen in EspoCRM or in Advoware."),
            _("Another one: empty the number in EspoCRM; the hub then looks for the Akte by the Aktenzeichen."),
        ),
        BY_ITSELF,
        now=SOUGHT,
        wanted=FOUND,
    ),
    TaskKind.MATTER_UNREADABLE: Words(
        _("What stands in the case as the Aktenzeichen is none of the firm's (such as 123/26), so no Akte is sought."),
        (
            _("Open the case in EspoCRM and enter one Aktenzeichen of the firm there: number and year."),
            _("A court's Aktenzeichen, a remark or a second one belongs in another field."),
        ),
        BY_ITSELF,
        now=SOUGHT,
        wanted=FOUND,
    ),
}
