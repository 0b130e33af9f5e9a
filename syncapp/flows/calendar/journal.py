"""What the journal calls the writes of this flow."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.models import JournalAction
from syncapp.models.calendar import APPOINTMENT as APPOINTMENT
from syncapp.models.calendar import EVENT as EVENT


class CalendarWrite(JournalAction):
    CREATE_CALENDAR = "create_calendar", _("calendar created in Google")
    SHARE_CALENDAR = "share_calendar", _("calendar shared in Google")
    OPEN_CHANNEL = "open_channel", _("Google asked to tell of changes")
    STOP_CHANNEL = "stop_channel", _("channel for Google's messages stopped")
    INSERT_EVENT = "insert_event", _("appointment created in Google")
    UPDATE_EVENT = "update_event", _("appointment changed in Google")
    DELETE_EVENT = "delete_event", _("appointment deleted in Google")
    MARK_EVENT = "mark_event", _("event in Google marked with its number in Advoware")
    CREATE_APPOINTMENT = "create_appointment", _("appointment created in Advoware")
    UPDATE_APPOINTMENT = "update_appointment", _("appointment changed in Advoware")
    DELETE_APPOINTMENT = "delete_appointment", _("appointment deleted in Advoware")
