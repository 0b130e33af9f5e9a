"""What each kind of task means to the person who does it: why it is there, what to do, and what closing it does."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from syncapp.models.tasks import TaskKind
from syncapp.words import appointment_task_texts, matter_task_texts
from syncapp.words.task_wording import BY_ITSELF, ONLY_BY_HAND, UNKNOWN, Text, Words

__all__ = ["WORDS", "Text", "Words", "has_effect"]

WORDS: Mapping[str, Words] = {
    TaskKind.PARTY_DELETED: Words(
        _("The party was deleted in EspoCRM. Advoware lets no program delete parties, so it is still there."),
        (
            _("Open party no. %(number)s in Advoware."),
            _("Delete or archive it there. If it was deleted in EspoCRM by mistake, restore it in EspoCRM instead."),
        ),
        _("The task closes by itself when the party is gone in Advoware or back in EspoCRM."),
    ),
    TaskKind.PARTY_GONE: Words(
        _("Party no. %(number)s doesn't exist in Advoware any more. The hub has deleted nothing in EspoCRM."),
        (
            _("Find out whether it was deleted in Advoware on purpose."),
            _("On purpose: delete it in EspoCRM too."),
            _("By mistake: restore it in Advoware, or empty its field “betnr” in EspoCRM to have it created anew."),
        ),
        _("The task closes by itself after any of these. Closed by hand, the party is left alone as it is."),
    ),
    TaskKind.NUMBER_REMOVED: Words(
        _("The field “betnr” was emptied in EspoCRM, though party no. %(number)s is still in Advoware."),
        (
            _("Open the party in EspoCRM."),
            _("Enter the number %(number)s in the field “betnr” again."),
        ),
        BY_ITSELF,
        effect=_(
            "The hub then creates a NEW party in Advoware. Party no. %(number)s stays there too, so that there may be "
            "two of them."
        ),
        button=_("Create a new party in Advoware"),
    ),
    TaskKind.CREATION_UNCERTAIN: Words(
        _("The party was to be created in Advoware, and the answer was lost: it may be there or not."),
        (
            _("Search for the party in Advoware; the values below show parties there that may be the one."),
            _("If it is there: enter its number in EspoCRM in the field “betnr”."),
            _("If it is not there: close this task; then the hub creates it."),
        ),
        _("The task closes by itself when the number stands in EspoCRM."),
        now=_("found in Advoware"),
        wanted=_("in EspoCRM"),
        effect=_("The hub then creates the party in Advoware. If it is there already, it is there twice afterwards."),
        button=_("It is not there: create it"),
    ),
    TaskKind.PARTY_ALIKE: Words(
        _("Advoware has a party that is to come to EspoCRM, and EspoCRM has one like it, without a number."),
        (
            _("Look at the party in Advoware, and at those in EspoCRM whose ids stand below."),
            _("If one of them is the same: enter the number in EspoCRM in the field “betnr”."),
            _("If none of them is: close this task; then the hub creates it in EspoCRM."),
        ),
        _("The task closes by itself when the number stands in EspoCRM."),
        now=_("found in EspoCRM"),
        wanted=_("in Advoware"),
        effect=_("The hub then creates the party in EspoCRM. If it is there already, it is there twice afterwards."),
        button=_("It is another one: create it"),
    ),
    TaskKind.VALUE_BY_HAND: Words(
        _(
            "The hub can't carry this value over: nobody can tell which choice or date is meant. Both sides are as "
            "before."
        ),
        (
            _("Open the party in %(system)s."),
            _("Enter the value from the column “should be” there, or the one that fits."),
            _("If the value in “should be” is wrong, correct it on the side where it stands instead."),
        ),
        BY_ITSELF,
    ),
    TaskKind.VALUE_UNREADABLE: Words(
        _("The hub can't understand what stands in a field, so the field stays as it is in EspoCRM and in Advoware."),
        (
            _("Look at both values below: one of them is no such value, or it is several."),
            _("Open the party or its bank account in %(system)s and correct it there, or empty the field."),
        ),
        BY_ITSELF,
        now=_("in EspoCRM"),
        wanted=_("in Advoware"),
    ),
    TaskKind.VALUE_NOT_KEPT: Words(
        _("Advoware accepted what the hub wrote, but it did not keep the value."),
        (
            _("Open party no. %(number)s in Advoware."),
            _("Enter the value from the column “should be” there by hand."),
        ),
        BY_ITSELF,
    ),
    TaskKind.CANT_HOLD: Words(
        _("%(system)s can't take this value, so nothing was changed there. All other fields are kept in agreement."),
        (
            _("Read below which value it is, and why it can't be taken."),
            _("Change it on the other side so that %(system)s can take it, or enter in %(system)s what comes closest."),
        ),
        BY_ITSELF,
    ),
    TaskKind.VALUE_OVERRULED: Words(
        _("The field was changed in EspoCRM and in Advoware. By the rules of the firm one of the two values held."),
        (
            _("Look at both values: one was replaced in %(system)s by the other."),
            _("If the value that holds now is right, there is nothing to do."),
            _("If the replaced one was right, press Undo at the write on the record's page, or enter it again."),
        ),
        ONLY_BY_HAND,
        now=_("holds now"),
        wanted=_("was replaced"),
    ),
    TaskKind.CONTACT_TYPE: Words(
        _("The type of an entry of the contact data (phone, mobile, fax …) can't be changed in Advoware by a program."),
        (
            _("Open party no. %(number)s in Advoware and its contact data."),
            _("Make a new entry of the right type with the same number."),
            _("Remove the old entry."),
        ),
        BY_ITSELF,
    ),
    TaskKind.CONTACT_UNREADABLE: Words(
        _("A mail address or a phone number can't be understood, so the hub leaves both sides as they are."),
        (
            _("Open the party in %(system)s and its contact data."),
            _("Correct the entry shown below: one whole mail address, or one number with its area code."),
        ),
        BY_ITSELF,
        wanted=_("on the other side"),
    ),
    TaskKind.BANK_CHANGED: Words(
        _("The bank account was changed in EspoCRM. Advoware lets no program change bank accounts."),
        (
            _("Open party no. %(number)s in Advoware and its bank accounts."),
            _("Enter the values from the column “should be” there."),
        ),
        BY_ITSELF,
    ),
    TaskKind.BANK_DELETED: Words(
        _(
            "The bank account was deleted in EspoCRM, or moved to another party. Advoware lets no program remove bank "
            "accounts."
        ),
        (
            _("Open party no. %(number)s in Advoware and its bank accounts."),
            _("Remove the account shown below there."),
            _("If that was a mistake in EspoCRM, restore the account or move it back there instead."),
        ),
        BY_ITSELF,
    ),
    TaskKind.BANK_GONE: Words(
        _("The bank account was removed in Advoware; in EspoCRM it is still there."),
        (
            _("If it is no longer used: delete the bank account in EspoCRM."),
            _("If it was removed by mistake: close this task; then the hub creates it in Advoware again."),
        ),
        BY_ITSELF,
        wanted=_("in EspoCRM"),
        effect=_("The hub then creates the bank account in Advoware again."),
        button=_("Create it in Advoware again"),
    ),
    TaskKind.BANK_UNCERTAIN: Words(
        _("The hub created the bank account in Advoware, and Advoware confirmed it, but it does not show the account."),
        (
            _("Open party no. %(number)s in Advoware and its bank accounts."),
            _("If it is there: leave this task open until the hub sees the account."),
            _("If it is not there: close this task; then the hub creates it again."),
        ),
        BY_ITSELF,
        wanted=_("in EspoCRM"),
        effect=_("The hub then creates the bank account in Advoware again. If it is there already, it is there twice."),
        button=_("It is not there: create it"),
    ),
    **appointment_task_texts.WORDS,
    **matter_task_texts.WORDS,
}


def has_effect(kind: str) -> bool:
    """Whether closing a task of this kind by hand makes the hub do something."""
    return bool(WORDS.get(kind, UNKNOWN).effect)
