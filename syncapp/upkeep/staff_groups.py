"""The groups of staff and their rights, as all migrations together make them. One that was deleted comes back with
`manage.py migrate`; of one that is there the firm may have taken rights away, so it is left alone."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission

_SEEN = (
    *("attempt", "calendaremployee", "calendarlink", "conflict", "inboxitem", "inboxmessage", "journalentry", "lock"),
    *("orphan", "record", "reference", "scanrun", "staffaction", "stepswitch", "system", "task", "undo", "worker"),
)
_STAFF = (
    *(f"view_{model}" for model in _SEEN),
    *("close_task", "decide_conflict", "discard_record", "reprocess_inboxmessage", "request_undo", "retry_record"),
)
_CARE = (
    *_STAFF,
    *("view_adoption", "view_proxycall", "view_proxykey"),
    *("confirm_scanrun", "delete_remote_orphan", "end_session", "manage_calendaremployee", "manage_proxykey"),
    *("pause_step", "pause_system", "release_lock", "run_adoption"),
)
GROUPS = {"Kanzlei-Mitarbeiter": _STAFF, "Hub-Betreuung": _CARE, "Datenschutz": ("disclose_person",)}


def restore(using: str, **_: Any) -> None:
    """After a migration, when all permissions are there."""
    for name, codenames in GROUPS.items():
        group, made = Group.objects.using(using).get_or_create(name=name)
        if made:
            rights = Permission.objects.using(using).filter(content_type__app_label="syncapp", codename__in=codenames)
            group.permissions.add(*rights)
