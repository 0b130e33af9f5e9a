"""Writes that several flows make, as the journal names them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.models import JournalAction


class CrmWrite(JournalAction):
    UPDATE = "update", _("fields written in the CRM")
    TELL_FAILURE = "tell_failure", _("fault noted in the CRM")
