"""Rights by what staff may do with them. The names that Django keeps of them are English, and part of migrations."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import Permission
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop

SEE = "view_"
RIGHTS: Mapping[str, str] = {
    "close_task": gettext_noop("Close tasks by hand"),
    "confirm_scanrun": gettext_noop("Confirm a stopped comparison"),
    "decide_conflict": gettext_noop("Decide conflicts"),
    "delete_remote_orphan": gettext_noop("Delete orphans in the other system"),
    "disclose_person": gettext_noop("Tell and erase what the hub holds about a person"),
    "discard_record": gettext_noop("Give records up"),
    "end_session": gettext_noop("End the sessions of others"),
    "manage_calendaremployee": gettext_noop("Set addresses and switches of calendars"),
    "manage_proxykey": gettext_noop("Make and revoke keys of other programs"),
    "pause_step": gettext_noop("Pause steps, switch schedules off"),
    "pause_system": gettext_noop("Pause systems"),
    "release_lock": gettext_noop("Release locks"),
    "reprocess_inboxmessage": gettext_noop("Process webhooks in quarantine again"),
    "request_undo": gettext_noop("Undo writes"),
    "retry_record": gettext_noop("Retry, sync and preview records"),
    "run_adoption": gettext_noop("Look at an existing installation and take it over"),
}


def right_in_words(right: Permission) -> str:
    """A right that nobody has named yet is shown as Django calls it."""
    if right.codename in RIGHTS:
        return gettext(RIGHTS[right.codename])
    model = right.content_type.model_class()
    if model is None or not right.codename.startswith(SEE):
        return right.name
    return gettext("See: %(what)s") % {"what": capfirst(model._meta.verbose_name_plural)}
