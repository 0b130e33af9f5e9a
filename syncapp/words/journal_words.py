"""What a journal entry says was done, as staff read it. The names are those that flows give their writes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WRITES: Mapping[str, str | Promise] = {
    "update": _("fields written in the CRM"),
    "upload": _("file uploaded"),
    "attach": _("file put into a collection"),
    "detach": _("file taken out of a collection"),
    "create_collection": _("collection created"),
    "rename_collection": _("collection renamed"),
    "delete_collection": _("collection deleted"),
    "create_party": _("party created in Advoware"),
    "update_party": _("party changed in Advoware"),
    "update_crm_party": _("party changed in the CRM"),
    "update_contact": _("contact entry changed in Advoware"),
    "create_bank_account": _("bank account created in Advoware"),
    "create_crm_bank_account": _("bank account created in the CRM"),
    "update_crm_bank_account": _("bank account changed in the CRM"),
    "unset_default": _("standard account unset in the CRM"),
    "create_crm_task": _("task created in the CRM"),
    "update_crm_task": _("task changed in the CRM"),
    "complete_crm_task": _("task completed in the CRM"),
    "create_crm_notification": _("user of the CRM notified"),
    "create_calendar": _("calendar created in Google"),
    "share_calendar": _("calendar shared in Google"),
    "open_channel": _("Google asked to tell of changes"),
    "stop_channel": _("channel for Google's messages stopped"),
    "insert_event": _("appointment created in Google"),
    "update_event": _("appointment changed in Google"),
    "delete_event": _("appointment deleted in Google"),
    "mark_event": _("event in Google marked with its number in Advoware"),
    "create_appointment": _("appointment created in Advoware"),
    "update_appointment": _("appointment changed in Advoware"),
    "delete_appointment": _("appointment deleted in Advoware"),
    "tell_failure": _("fault noted in the CRM"),
}


def write_in_words(action: str) -> str:
    """What was written; a name that is not in the table is shown as the flow calls it."""
    return str(WRITES.get(action, action))
