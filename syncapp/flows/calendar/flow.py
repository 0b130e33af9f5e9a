"""Appointments of Advoware and Google Calendar, both ways: what belongs to this flow."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.events.spec import Adoption, Flow, Schedule, StepSpec, http, topic
from syncapp.events.topics import TASK_CHANGED
from syncapp.flows.calendar.labels import labels

CALENDAR_SYNC = "calendar_employee"
CALENDAR_ALL = "calendar_all"
CALENDAR_PUSH = "calendar_push"

OF_ALL, OF_ONE, CHECK_PUSH = "calendar.sync.all", "calendar.sync.employee", "calendar.push.check"
FIRM, ALL = "Kanzlei", "ALL"
EMPLOYEE = "Mitarbeiter"
REASONS = {
    "calendar_off": _("The calendar of this employee is switched off."),
    "not_an_employee": _("Advoware knows no employee with this Kürzel."),
    "calendar_not_shared": _(
        "Google does not let the calendar be shared with the employee's address; the appointments are in step all the "
        "same. Correct the address in Advoware, or enter another one on the employee's page (Calendars). If it is "
        "right, an administrator of Google has to allow sharing with it."
    ),
    "unreadable": _("The appointment has no usable date or time. Correct it where it was entered."),
}


def flow() -> Flow:
    return Flow(
        "calendar",
        _("Appointments of Advoware and Google Calendar, both ways"),
        steps=(
            StepSpec(
                "calendar_trigger",
                _("Other programs have the calendar of an employee, or all calendars, looked at"),
                (http("POST /advoware/calendar/sync"),),
                emits=(OF_ALL, OF_ONE),
                title=_("Calendars, asked for"),
            ),
            StepSpec(
                "calendar_push_webhook",
                _("Receives from Google that a calendar changed"),
                (http("POST /google/calendar/push"),),
                emits=(OF_ONE,),
                title=_("Google reports changes"),
            ),
            StepSpec(
                CALENDAR_ALL,
                _("Asks Advoware for its employees and has each one's calendar looked at"),
                (topic(OF_ALL),),
                emits=(OF_ONE,),
                runs="syncapp.flows.calendar.everyone.CalendarsOfEveryone",
                systems=("advoware",),
                entity_types=(FIRM,),
                title=_("Employees for the calendars"),
            ),
            StepSpec(
                CALENDAR_SYNC,
                _("Brings an employee's appointments into agreement between Advoware and Google Calendar"),
                (topic(OF_ONE),),
                emits=(CHECK_PUSH, TASK_CHANGED),
                runs="syncapp.flows.calendar.sync.CalendarSync",
                systems=("advoware", "google"),
                entity_types=(EMPLOYEE,),
                title=_("Calendars"),
            ),
            StepSpec(
                CALENDAR_PUSH,
                _("Keeps a channel open through which Google tells at once that a calendar changed"),
                (topic(CHECK_PUSH),),
                runs="syncapp.flows.calendar.push.PushChannels",
                systems=("google",),
                entity_types=(EMPLOYEE,),
                title=_("Channels of the calendars"),
            ),
        ),
        schedules=(
            Schedule(
                "calendar",
                "syncapp.flows.calendar.asking.on_schedule",
                _("Has the calendars of all employees compared with Advoware"),
                cron="3-59/15 * * * *",
                starts=(CALENDAR_ALL,),
                emits=(OF_ALL,),
            ),
            Schedule(
                "calendar_push",
                "syncapp.flows.calendar.push.ask_where_needed",
                _("Opens, renews and stops the channels through which Google tells of changes"),
                cron="41 * * * *",
                starts=(CALENDAR_PUSH,),
                emits=(CHECK_PUSH,),
            ),
        ),
        adoptions=(
            Adoption(
                "calendars",
                "syncapp.flows.calendar.adopting.CalendarsTakenOver",
                _("Calendars"),
                ("advoware", "google"),
            ),
        ),
        own_types=(FIRM, EMPLOYEE),
        fields=labels,
        reasons=REASONS,
    )
