"""What each kind of task about appointments means to the person who does it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from syncapp.models.tasks import TaskKind
from syncapp.words.task_wording import ONLY_BY_HAND, Words

WORDS: Mapping[str, Words] = {
    TaskKind.APPOINTMENT_BY_HAND: Words(
        _("The event in Google has something that Advoware can't hold, so the hub leaves both sides as they are."),
        (
            _("Look at what it is, below, and open the event in the employee's Google calendar."),
            _(
                "Enter it in Advoware by hand, if need be as several single appointments. They come to Google by "
                "themselves."
            ),
            _("Then delete the event in Google, so that it isn't there twice."),
            _("Or change the event in Google so that Advoware can hold it, such as to a series that ends on a day."),
        ),
        _(
            "The task closes by itself when the event is gone or was changed so. Closed by hand, the event stays in "
            "Google only."
        ),
        now=_("in Google"),
    ),
    TaskKind.APPOINTMENT_FIXED: Words(
        _(
            "The appointment was changed or deleted on one side, and %(system)s does not let the hub do the same "
            "there. Both sides stay as they are; everything else of it is kept in agreement."
        ),
        (
            _("Read below what is to be changed, and what stands in the way."),
            _("If somebody else has invited to it: ask them to change it, or decline it in Google if it was deleted."),
            _("Else change or delete it in %(system)s by hand."),
            _("Or change the other side to what %(system)s shows."),
        ),
        _(
            "The task closes by itself when both sides say the same, or neither has it any more. Closed by hand, both "
            "stay as they are; what is changed in %(system)s still comes to the other side."
        ),
    ),
    TaskKind.APPOINTMENT_OVERRULED: Words(
        _(
            "The appointment was changed in Advoware and in Google. By the rule of the firm one of the two versions "
            "held, and the other one was replaced in %(system)s."
        ),
        (
            _("Look at both versions below."),
            _("If what holds now is right, there is nothing to do."),
            _("If the replaced one was right, enter it again, on whichever side; the hub carries it over."),
        ),
        ONLY_BY_HAND,
        now=_("holds now"),
        wanted=_("was replaced"),
    ),
    TaskKind.MASS_DELETION: Words(
        _(
            "Unusually many appointments of %(number)s are missing on one side at once. That is more often an outage "
            "or a mistake than an intention, so the hub has deleted nothing. What is new or changed goes on meanwhile."
        ),
        (
            _("Look up some of the appointments below: on which side are they missing?"),
            _(
                "If they were deleted by mistake, bring them back there. Google keeps what was deleted in its bin for "
                "30 days."
            ),
            _("If they were deleted on purpose, close this task; then the hub deletes them on the other side too."),
        ),
        _("The task closes by itself when the appointments are back."),
        now=_("appointments"),
        effect=_(
            "The hub then deletes exactly these appointments on the side where they still are. It can't be undone. If "
            "others are missing by then, you are asked again."
        ),
        button=_("Yes, delete them"),
    ),
    TaskKind.MASS_CREATION: Words(
        _(
            "Unusually many events of the Google calendar of %(number)s are not in Advoware. Perhaps another program "
            "has filled the calendar, so the hub has created nothing in Advoware. Everything else goes on meanwhile."
        ),
        (
            _("Look up some of the events below in Google: are these really new appointments?"),
            _("If they are in Advoware already, with another time or text, delete them in Google."),
            _("If they are new, close this task; then the hub creates them in Advoware."),
        ),
        _("The task closes by itself when there are fewer of them."),
        now=_("appointments"),
        effect=_(
            "The hub then creates exactly these appointments in Advoware. If others come by then, you are asked again."
        ),
        button=_("Yes, create them"),
    ),
    TaskKind.APPOINTMENTS_ALIKE: Words(
        _(
            "Appointments of Advoware and events of the Google calendar of %(number)s are nearly the same, or several "
            "could be the same. The hub neither pairs nor creates them, so that nothing is there twice. All else goes "
            "on meanwhile."
        ),
        (
            _("Open the list of what could belong together."),
            _("Say for each appointment which event it is, or that it is none of them; then the hub creates it."),
            _("What should not be there at all, delete in Advoware or in Google."),
        ),
        _("The task closes by itself when nothing is left. Closed by hand, the appointments still wait in the list."),
        now=_("appointments"),
    ),
    TaskKind.CALENDAR_GONE: Words(
        _(
            "The employee's Google calendar was deleted, or the hub is not allowed to see it any more. In Advoware "
            "nothing was deleted."
        ),
        (
            _("Find out whether somebody deleted the calendar in Google, or took the hub's access away."),
            _("If the access was taken away, give it back; the hub then goes on with this calendar."),
            _("If there is to be a new calendar, close this task."),
            _("If the employee is to have none any more, switch it off on the employee's page."),
        ),
        _("The task closes by itself when the hub sees the calendar again."),
        effect=_(
            "The hub then makes a new Google calendar, shares it with the employee, and writes all appointments of "
            "Advoware into it. What stood only in the old calendar does not come back."
        ),
        button=_("Make a new calendar"),
    ),
}
