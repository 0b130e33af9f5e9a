"""Everything staff do is on record: who, what, to which thing, and how many really moved."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from syncapp.kit.tracing import trace_id_of
from syncapp.models import StaffAction
from syncapp.schedules import row_name, schedules
from syncapp.templatetags.hub import lock_words, step_name
from syncapp.words.fault_words import system_in_words
from syncapp.words.target_words import needs_in_words

ACTIONS: dict[str, str | Promise] = {
    "search": _("searched everywhere"),
    "export_list": _("took a list away as a file"),
    "print_record": _("printed the story of a record"),
    "retry": _("tried again"),
    "retry_cause": _("tried again: all with the same cause"),
    "retry_matching": _("tried again: all that match a filter"),
    "retry_selected": _("tried again: a selection"),
    "retry_needs": _("tried again: a selection of what needs a person"),
    "assign_needs": _("given to somebody"),
    "note_needs": _("noted something"),
    "snooze_needs": _("put off"),
    "give_up_needs": _("given up"),
    "sync_now": _("compared now"),
    "look": _("asked to look at an entity"),
    "preview": _("looked at a preview"),
    "discard": _("given up"),
    "release_lock": _("lock released"),
    "reprocess": _("webhook processed again"),
    "delete_orphan": _("orphan deleted in the other system"),
    "keep_orphan": _("orphan kept on purpose"),
    "adopt": _("existing installation taken over"),
    "look_at_adoption": _("existing installation looked at"),
    "confirm_scan": _("stopped comparison confirmed"),
    "close_task": _("task closed"),
    "decide_conflict": _("conflict decided"),
    "decide_alike": _("said what belongs together"),
    "request_undo": _("write asked to be undone"),
    "make_proxy_key": _("proxy key made"),
    "revoke_proxy_key": _("proxy key revoked"),
    "sync_calendar": _("calendar compared now"),
    "resync_appointment": _("appointment compared now"),
    "compare_appointment": _("both sides of an appointment looked at"),
    "calendar_address": _("address of a calendar set"),
    "calendar_contents": _("contents of a calendar switched"),
    "calendar_on": _("calendar switched on"),
    "calendar_off": _("calendar switched off"),
    "remove_event": _("events removed in Google"),
    "export_person": _("told what the hub holds about a person"),
    "erase_person": _("erased what the hub holds about a person"),
    "end_session": _("session ended"),
    "account_made": _("user or group made"),
    "account_changed": _("user or group changed"),
    "account_deleted": _("user or group deleted"),
    "password_set": _("password of a user set"),
    "password_changed": _("own password changed"),
    "second_factor_on": _("second factor set up"),
    "second_factor_off": _("second factor taken away"),
    "pause_system": _("system paused"),
    "resume_system": _("pause of a system ended"),
    "try_system": _("system tried"),
    "pause_step": _("step paused"),
    "resume_step": _("pause of a step ended"),
    "observe_step": _("step set to observe only"),
    "act_step": _("observing ended"),
    "choose_notices": _("chose what to be told"),
    "schedule_off": _("schedule switched off"),
    "schedule_on": _("schedule switched on"),
    "schedule_run": _("schedule run now"),
    "bring_proxy_key": _("proxy key of another program taken over"),
    "register_webhooks": _("webhooks set up in EspoCRM"),
    "switch_webhooks_off": _("webhooks of another hub switched off in EspoCRM"),
    "espocrm_prepare": _("EspoCRM prepared"),
}
# Who did it where nobody was logged in.
WAYS: dict[str, str | Promise] = {"command": _("by command"), "api": _("another program")}


def recorded(
    request: HttpRequest, action: str, target_type: str = "", target_id: object = "", detail: str = ""
) -> AbstractContextManager[StaffAction]:
    """By whoever is logged in: the admin's login is before every button."""
    who = {"user": request.user, "trace_id": trace_id_of(request)}
    return StaffAction.recorded(action, target_type, target_id, detail, **who)


def target_id_in_words(row: StaffAction) -> str:
    """Which one it was; what is a name of the program's is shown as pages call it."""
    match row.target_type:
        case "Step":
            return step_name(row.target_id)
        case "System":
            return system_in_words(row.target_id)
        case "Schedule":
            described = {row_name(each): str(each.description) for each in schedules()}
            return described.get(row.target_id, row.target_id)
        case "Lock":
            return lock_words(row.target_id)
        case "":
            return needs_in_words(row.target_id)
    return row.target_id


def action_words(row: StaffAction) -> str:
    return str(ACTIONS.get(row.action, row.action))


def who_in_words(row: StaffAction) -> str:
    return str(row.user or WAYS.get(row.via, row.via))
