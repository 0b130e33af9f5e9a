"""Everything staff do is on record: who, what, to which thing, and how many really moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from syncapp.models import StaffAction

ACTIONS: dict[str, str | Promise] = {
    "retry": _("tried again"),
    "retry_cause": _("tried again: all with the same cause"),
    "retry_matching": _("tried again: all that match a filter"),
    "retry_selected": _("tried again: a selection"),
    "sync_now": _("compared now"),
    "look": _("asked to look at an entity"),
    "preview": _("looked at a preview"),
    "discard": _("given up"),
    "release_lock": _("lock released"),
    "reprocess": _("webhook processed again"),
    "delete_orphan": _("orphan deleted in the other system"),
    "keep_orphan": _("orphan kept on purpose"),
    "confirm_scan": _("stopped comparison confirmed"),
    "close_task": _("task closed"),
    "decide_conflict": _("conflict decided"),
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
    "pause_system": _("system paused"),
    "resume_system": _("pause of a system ended"),
    "try_system": _("system tried"),
    "pause_step": _("step paused"),
    "resume_step": _("pause of a step ended"),
    "observe_step": _("step set to observe only"),
    "act_step": _("observing ended"),
    "schedule_off": _("schedule switched off"),
    "schedule_on": _("schedule switched on"),
    "schedule_run": _("schedule run now"),
}


@contextmanager
def recorded(
    request: HttpRequest, action: str, target_type: str = "", target_id: object = "", detail: str = ""
) -> Iterator[StaffAction]:
    """Write the action down before it is done; the block sets `count` to what really moved.

    When the block raises, the row stays with a count of 0 and the kind of the error.
    """
    row = StaffAction.objects.create(
        user=cast(User, request.user),  # the admin's login is before every button
        action=action,
        target_type=target_type[:64],
        target_id=str(target_id)[:200],
        count=0,
        detail=detail[:300],
    )
    try:
        yield row
    except Exception as exc:
        row.detail = f"{type(exc).__name__} {detail}".strip()[:300]
        raise
    finally:
        row.save(update_fields=["count", "detail"])


def action_words(row: StaffAction) -> str:
    return str(ACTIONS.get(row.action, row.action))
