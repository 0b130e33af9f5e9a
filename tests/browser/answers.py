"""What each button says when it is pressed, by page and by what is written on it (numbers as N).

Where a button leads to another page than its own, the name of that address stands behind it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """It gives a file."""

    name: str


CSV = "All of it as a file for a spreadsheet (CSV)"
TURN = "It is its turn now: the run usually starts within seconds."
NONE = "Nothing matches"
IN_CONFLICT = "Both sides were changed since they last agreed."
WHICH = "These appointments stand on one side only"
SAMPLE = "2 records are tried again. These are the oldest of them:"
SWITCHED: dict[str, str | File] = {
    "Run now → hub_schedule_run": "It is due now; a worker takes it within a minute.",
    "Switch off → hub_schedule_off": "Switched off: it doesn't run by itself any more.",
    "Switch on → hub_schedule_on": "Switched on: it runs by itself again.",
}
CAUSES: dict[str, str | File] = {
    "Show → syncapp_record_changelist": "Group by cause",
    "Retry all N … → hub_retry_cause": SAMPLE,
    "Choose → hub_conflicts": "A person chooses which value holds",
}
SEEN = ""  # no words: what it does is seen, and looked at by a test of its own


def taken(model: str) -> dict[str, str | File]:
    return {CSV: File(f"{model}-")}


def saved(what: str) -> dict[str, str | File]:
    return {
        "Save": "was changed successfully.",
        "Save and continue editing": "You may edit it again below.",
        "Save and add another": "below.",
    }


ANSWERS: dict[str, dict[str, str | File]] = {
    "(every page)": {
        "Colours": "System",
        "Account of chief": "Log out",
        "Menu": SEEN,
        "DE": "Strg K",
        "EN": SEEN,
        "Light": SEEN,
        "Dark": SEEN,
        "System": SEEN,
        "Log out": "You have been successfully logged out",
        "Print": "(printed)",
    },
    "(every list)": {"Keyboard ?": "Keys in lists", "Close": SEEN},
    "index": {"What we need from you → hub_needs": "Do something with the chosen ones", **CAUSES},
    "password_change": {"Change password": "Your password was changed."},
    "auth_group_changelist": {
        "": "No results found",
        "action: Delete selected groups": "Are you sure you want to delete the selected group?",
        "Yes, I’m sure": "Successfully deleted 1 group.",
    },
    "auth_group_add": {
        "Save": "was added successfully.",
        "Save and continue editing": "You may edit it again below.",
        "Save and add another": "You may add another group below.",
    },
    "auth_group_change": saved("group"),
    "auth_group_delete": {"Yes, I’m sure": "was deleted successfully."},
    "auth_user_changelist": {
        "": "No results found",
        "action: Delete selected users": "Are you sure you want to delete the selected user?",
        "action: Take the second factor away (a lost telephone)": "anna: Nothing to take away.",
        "Yes, I’m sure": "Successfully deleted 1 user.",
    },
    "auth_user_add": {
        "Save": "was added successfully.",
        "Save and continue editing": "was added successfully.",
        "Save and add another": "You may add another user below.",
    },
    "auth_user_change": saved("user"),
    "auth_user_delete": {"Yes, I’m sure": "was deleted successfully."},
    "syncapp_calendaremployee_changelist": taken("calendaremployee"),
    "syncapp_calendaremployee_change": {
        "Sync now → hub_sync_calendar": TURN,
        "Preview → hub_preview": "nothing was written.",
        "History → syncapp_record_change": "Brings an employee's appointments into agreement",
        "Save → hub_calendar_address": "Saved. With the next sync the calendar is shared with",
        "Show only “blocked” → hub_calendar_contents": "Saved. With the next sync Google shows only “blocked”",
        "Show contents → hub_calendar_contents": "Saved. With the next sync Google shows the contents",
        "Switch off → hub_calendar_enabled": "Switched off. Both sides stay as they are now",
        "Switch on → hub_calendar_enabled": "Switched on. Both sides are compared now.",
    },
    "syncapp_calendarlink_changelist": {
        "Show": NONE,
        "Retry → hub_resync_appointment": "Asked for: the calendar of RB is compared now",
        **taken("calendarlink"),
    },
    "syncapp_calendarlink_change": {
        "Ask both sides now → hub_compare_appointment": "Both systems were only asked; nothing was written.",
        "Resync this one → hub_resync_appointment": "Asked for: the calendar of SB is compared now",
        "What belongs together? → hub_alike": WHICH,
    },
    "hub_compare_appointment": {
        "Ask both sides now": SEEN,
        "Resync this one → hub_resync_appointment": "Asked for: the calendar of SB is compared now",
        "What belongs together? → hub_alike": WHICH,
        "Back to the appointment → syncapp_calendarlink_change": "What the hub wrote",
    },
    "syncapp_inboxmessage_changelist": {
        "Show": NONE,
        "Process again → hub_reprocess": "It still can't be read: It is cut off",
        **taken("inboxmessage"),
    },
    "syncapp_inboxmessage_change": {"Process again → hub_reprocess": "It still can't be read: It is cut off"},
    "syncapp_journalentry_changelist": {"Show": NONE, **taken("journalentry")},
    "syncapp_journalentry_change": {"Undo … → hub_undo": "The values from before this write are written back"},
    "hub_undo": {
        "Write the old values back → hub_request_undo": "The old values are being written back",
        "Back to the record → syncapp_record_change": "Webhooks that asked for it",
    },
    "syncapp_orphan_changelist": {"Show": NONE, **taken("orphan")},
    "syncapp_orphan_change": {
        "Delete for good → hub_delete_orphan": "It was gone there already.",
        "Keep on purpose → hub_keep_orphan": "It is kept; it won't be asked about again.",
    },
    "syncapp_proxycall_changelist": {"Show": SEEN, **taken("proxycall")},
    "syncapp_proxykey_changelist": {
        "Make a key → hub_make_proxy_key": "Who is to use it",
        "Show": SEEN,
        **taken("proxykey"),
    },
    "syncapp_proxykey_change": {"Revoke → hub_revoke_proxy_key": "Revoked. From now on nobody gets in with this key."},
    "hub_make_proxy_key": {
        "I have copied it → syncapp_proxykey_change": "It has not been used yet.",
        "Make the key": "Copy it now: it is shown this once.",
        "Back → syncapp_proxykey_changelist": "each with a key of its own",
    },
    "syncapp_record_changelist": {
        "Show": NONE,
        "Choose → hub_conflict": IN_CONFLICT,
        "Group by cause → hub_causes": "usually have one cause",
        "Retry all N that match … → hub_retry_matching": SAMPLE,
        "Retry → hub_retry": "waiting\t–",
        "action: Retry": "are tried again now.",
        "action: Give up …": "Why? Others see this reason.",
        "Give up → hub_discard_chosen": "were given up.",
        "Back": "Group by cause",
        **taken("record"),
    },
    "syncapp_record_change": {
        "Choose values → hub_conflict": IN_CONFLICT,
        "Retry → hub_retry": TURN,
        "Sync now → hub_sync_now": TURN,
        "Preview → hub_preview": "nothing was written.",
        "Print → hub_print_record": "Story of a record",
        "Give up → hub_discard": "1 record was given up.",
        "Release lock → hub_release_lock_of": "The lock is released.",
        "Undo … → hub_undo": "The values from before this write are written back",
    },
    "hub_preview": {
        "Do it now → hub_sync_now": TURN,
        "Back to the record → syncapp_record_change": "Webhooks that asked for it",
    },
    "hub_retry_cause": {
        "Retry all N": "2 records are tried again now.",
        "Back → hub_causes": "usually have one cause",
        "Back → index": "What failed lately, by cause",
    },
    "hub_retry_matching": {
        "Retry all N": "2 records are tried again now.",
        "Back → syncapp_record_changelist": "Group by cause",
    },
    "syncapp_scanrun_changelist": {"Show": SEEN, **taken("scanrun")},
    "syncapp_scanrun_change": {"Confirm → hub_confirm_scan": "Confirmed: what differs is brought into agreement now."},
    "syncapp_staffaction_changelist": taken("staffaction"),
    "syncapp_task_changelist": {
        "Show": NONE,
        "action: Done …": "tasks are closed by hand, with one note for all.",
        "Done → hub_close_chosen": "2 tasks were closed.",
        "Back": "What no program can do",
        **taken("task"),
    },
    "syncapp_task_change": {
        "Done → hub_close_task": "1 task was closed.",
        "Create a new party in Advoware → hub_close_task": "1 task was closed.",
    },
    "hub_alike": {"All": SEEN, "SB": SEEN, "Show what will be done → hub_check_alike": "Nothing is done yet."},
    "hub_check_alike": {
        "All → hub_alike": SEEN,
        "SB → hub_alike": SEEN,
        "Show what will be done": "Nothing is done yet.",
        "Do it → hub_decide_alike": "1 appointment was decided. The hub carries it out now.",
        "Choose differently": WHICH,
    },
    "hub_adoption": {
        "Look → hub_look_at_adoption": "A worker does it. This page shows how far it is.",
        "Take over → hub_apply_adoption": "A worker does it. This page shows how far it is.",
    },
    "hub_systems": {
        "Try now → hub_try_system": "EspoCRM answers.",
        "Pause → hub_pause_system": "EspoCRM is paused. Nothing is lost meanwhile.",
        "End the pause → hub_resume_system": "The pause of EspoCRM is over; what waited for it runs now.",
    },
    "hub_workers": taken("workers"),
    "hub_locks": {**taken("locks"), "Release lock → hub_release_lock": "The lock is released."},
    "hub_causes": {**taken("causes"), **CAUSES},
    "hub_notices": {"Keep": "Your choice is kept."},
    "hub_schedules": SWITCHED,
    "hub_schedule": SWITCHED,
    "hub_steps": {
        "Pause → hub_pause_step": "Paused. Nothing is lost: what happens meanwhile waits.",
        "End the pause → hub_resume_step": "The pause is over; what waited runs now.",
        "Observe only → hub_observe_step": "Observe only: plans are made and recorded",
        "End observing → hub_act_step": "Observing is over; what was planned is read anew and done now.",
    },
    "hub_needs": {
        **taken("needs"),
        "Show": "Nothing of that was found.",
        "Do something with the chosen ones … → hub_handle": "11 chosen",
        "Show → hub_notices": "What you are told",
        "More … → hub_handle": "1 chosen",
        "Look and confirm → syncapp_scanrun_change": "Has another hub served this firm before?",
        "Process again → hub_reprocess": "It still can't be read: It is cut off",
        "Retry → hub_retry": "waiting",
        "Retry → hub_resync_appointment": "Asked for: the calendar of RB is compared now",
        "Choose → hub_conflict": IN_CONFLICT,
        "Choose → hub_alike": WHICH,
        "What to do → syncapp_task_change": "Open party no. 4711 in Advoware.",
        "Decide → syncapp_orphan_change": "Delete it in xAI",
    },
    "hub_handle": {
        "Retry N → hub_retry_needs": "did not move.",
        "Give → hub_assign_needs": "given to nobody.",
        "Put off → hub_snooze_needs": "put off until",
        "Keep the note → hub_note_needs": "noted.",
        "Give up → hub_give_up_needs": "given up.",
        "Back → hub_needs": "Do something with the chosen ones",
    },
    "hub_conflicts": {**taken("conflicts"), "Choose → hub_conflict": IN_CONFLICT},
    "hub_conflict": {
        "To the record → syncapp_record_change": "Webhooks that asked for it",
        "Choose EspoCRM everywhere → hub_check_conflict": SEEN,
        "Choose Advoware everywhere → hub_check_conflict": SEEN,
        "Show what will be written → hub_check_conflict": "nothing is written yet.",
    },
    "hub_check_conflict": {
        "To the record → syncapp_record_change": "Webhooks that asked for it",
        "Choose EspoCRM everywhere": SEEN,
        "Choose Advoware everywhere": SEEN,
        "Show what will be written": "nothing is written yet.",
        "Write it → hub_decide_conflict": "1 field was decided.",
        "Choose differently": IN_CONFLICT,
    },
    "hub_second_factor": {
        "Continue": "From now on the hub asks for a code after your password.",
        "Do without it → hub_second_factor_off": "From now on the password alone is enough.",
    },
    "hub_sessions": {
        "End → hub_end_session": "1 session ended.",
        "End all but this one → hub_end_my_sessions": "1 session ended.",
        "End all but this one → hub_end_all_sessions": "2 sessions ended.",
    },
    "hub_look": {"Look at it now": "The hub looks at it now. This page shows what comes of it."},
    "hub_person": {
        "Look": "What the hub holds",
        "Save as a file → hub_export_person": File("65f0"),
        "Erase → hub_erase_person": "Erased, in",
    },
}
