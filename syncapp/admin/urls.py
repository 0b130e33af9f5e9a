"""Addresses of the pages and buttons beside the admin's own lists, all below /admin/hub/."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path
from django.views.i18n import set_language

from syncapp.admin.calendar import buttons, sides
from syncapp.admin.kit.buttons import View
from syncapp.admin.machinery import dashboard, machinery, scans, schedules, steps, systems
from syncapp.admin.people import conflicts, task_buttons
from syncapp.admin.proxy import keys
from syncapp.admin.records import inbox, look, orphans, record_buttons, record_page, undoing

PAGES: dict[str, tuple[str, View]] = {
    "numbers": ("numbers/", dashboard.fresh_numbers),
    "causes": ("causes/", dashboard.cause_list),
    "look": ("look/", look.look),
    "trace": ("trace/<str:trace_id>/", machinery.trace),
    "record_state": ("record/<int:pk>/state/", record_page.record_state),
    "conflicts": ("conflicts/", conflicts.conflict_list),
    "conflict": ("record/<int:pk>/conflict/", conflicts.conflict),
    "undo": ("journal/<int:pk>/undo/", undoing.ask),
    "steps": ("steps/", steps.step_list),
    "systems": ("systems/", systems.system_list),
    "schedules": ("schedules/", schedules.schedule_list),
    "locks": ("locks/", machinery.lock_list),
    "workers": ("workers/", machinery.worker_list),
    "make_proxy_key": ("proxy-key/make/", keys.make),
}
BUTTONS: dict[str, tuple[str, View]] = {
    "retry": ("record/<int:pk>/retry/", record_buttons.retry_record),
    "sync_now": ("record/<int:pk>/sync/", record_buttons.sync_now),
    "preview": ("record/<int:pk>/preview/", record_buttons.preview),
    "discard": ("record/<int:pk>/give-up/", record_buttons.discard),
    "release_lock_of": ("record/<int:pk>/release-lock/", record_buttons.release_lock_of),
    "retry_cause": ("causes/retry/", record_buttons.retry_cause),
    "retry_matching": ("records/retry-matching/", record_buttons.retry_matching),
    "discard_chosen": ("records/give-up/", record_buttons.discard_chosen),
    "release_lock": ("locks/release/", record_buttons.release_lock),
    "reprocess": ("webhook/<int:pk>/reprocess/", inbox.reprocess),
    "delete_orphan": ("orphan/<int:pk>/delete/", orphans.delete),
    "keep_orphan": ("orphan/<int:pk>/keep/", orphans.keep),
    "confirm_scan": ("comparison/<int:pk>/confirm/", scans.confirm),
    "close_task": ("task/<int:pk>/close/", task_buttons.close),
    "close_chosen": ("tasks/close/", task_buttons.close_chosen),
    "check_conflict": ("record/<int:pk>/conflict/check/", conflicts.check),
    "decide_conflict": ("record/<int:pk>/conflict/decide/", conflicts.decide),
    "request_undo": ("journal/<int:pk>/undo/confirm/", undoing.undo),
    "sync_calendar": ("calendar/<path:kuerzel>/sync/", buttons.sync),
    "calendar_address": ("calendar/<path:kuerzel>/address/", buttons.set_address),
    "calendar_contents": ("calendar/<path:kuerzel>/contents/", buttons.set_contents),
    "calendar_enabled": ("calendar/<path:kuerzel>/enabled/", buttons.set_enabled),
    "compare_appointment": ("appointment/<int:pk>/sides/", sides.compare),
    "resync_appointment": ("appointment/<int:pk>/resync/", buttons.resync),
    "pause_system": ("systems/<slug:name>/pause/", systems.pause),
    "resume_system": ("systems/<slug:name>/resume/", systems.resume),
    "try_system": ("systems/<slug:name>/try/", systems.try_now),
    "pause_step": ("steps/<slug:name>/pause/", steps.pause),
    "resume_step": ("steps/<slug:name>/resume/", steps.resume),
    "observe_step": ("steps/<slug:name>/observe/", steps.observe),
    "act_step": ("steps/<slug:name>/act/", steps.act),
    "schedule_off": ("schedules/<int:pk>/off/", schedules.switch_off),
    "schedule_on": ("schedules/<int:pk>/on/", schedules.switch_on),
    "schedule_run": ("schedules/<int:pk>/run/", schedules.run_now),
    "revoke_proxy_key": ("proxy-key/<int:pk>/revoke/", keys.revoke),
}


def extra_urls() -> list[URLPattern]:
    """The theme's site adds these before the admin's own addresses."""
    wrapped = [
        path(f"hub/{route}", admin.site.admin_view(view), name=f"hub_{name}")
        for name, (route, view) in {**PAGES, **BUTTONS}.items()
    ]
    # Anybody may choose a language, on the login page too.
    return [*wrapped, path("language/", set_language, name="set_language")]
