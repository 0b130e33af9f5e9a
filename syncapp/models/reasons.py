"""Why a record is where it is. The labels tell staff what happened and what to do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    # waiting
    SYSTEM_DOWN = "system_down", _("The other system does not answer. It is tried again by itself; nothing to do.")
    SYSTEM_SETTINGS = (
        "system_settings",
        _("The other system refuses our login. An administrator must check the key in the settings."),
    )
    PAUSED = "paused", _("Paused by staff. It goes on when the pause is ended.")
    RATE_LIMITED = "rate_limited", _("The other system asked for a pause. It is tried again by itself; nothing to do.")
    TRANSIENT = "transient", _("A passing fault. It is tried again by itself; nothing to do.")
    LOCK_BUSY = (
        "lock_busy",
        _("Another run is busy with what both need (a file, a party's accounts). It is tried again by itself."),
    )
    LOCKS_AWAY = (
        "locks_away",
        _("Redis, which keeps the locks, has just stopped answering. The database takes over; it goes on by itself."),
    )
    MACHINE = (
        "machine",
        _(
            "The hub's own machine has no room left (disk, memory or open files; see the detail). An administrator "
            "must make room; then it goes on by itself."
        ),
    )
    OUTDATED = "outdated", _("Somebody changed the entity at the same moment. It is read again by itself.")
    WORKER_DIED = "worker_died", _("The program was stopped in the middle of the work. It runs again by itself.")
    LOCK_RELEASED = "lock_released", _("Staff took it away from the run that worked on it. It runs again by itself.")
    OBSERVED = "observed", _("Observe mode: what would be written is recorded, nothing was written.")
    WRITING_OFF = (
        "writing_off",
        _("Writing is switched off in the settings. What would be written is recorded; it is written when it is on."),
    )

    # skipped
    ENTITY_GONE = "entity_gone", _("The entity was deleted in the CRM; its traces were tidied away.")
    NOT_CONFIGURED = "not_configured", _("A system that this needs is not configured; an administrator can set it up.")
    DISCARDED = "discarded", _("Given up by staff.")
    TASK_OPEN = "task_open", _("The hub has done what it can. A person must do the rest: see the tasks of this record.")

    # conflict
    BOTH_CHANGED = "both_changed", _("Both sides were changed. Choose for each field which value holds.")

    # failed
    REJECTED = "rejected", _("The other system refused the data. Look at the detail, mend it there, then press Retry.")
    FORBIDDEN = (
        "forbidden",
        _("The hub lacks a right in the other system. An administrator must grant it, then press Retry."),
    )
    TYPE_UNSEEN = (
        "type_unseen",
        _(
            "The CRM does not know this kind of entity, or does not let the hub see it. An administrator must give the "
            "hub's role the right, or correct how the hub's settings name this kind, then press Retry."
        ),
    )
    FIELD_MISSING = (
        "field_missing",
        _("The CRM does not keep a field that the hub writes. An administrator must add it, then press Retry."),
    )
    UNEXPECTED_ANSWER = (
        "unexpected_answer",
        _("The other system answered something that the hub does not understand. Please tell an administrator."),
    )
    EXHAUSTED = "exhausted", _("It was tried several times without success. Look at the attempts, then press Retry.")
    MASS_CHANGE = (
        "mass_change",
        _("Unusually many entities would be changed at once. Check whether that is right, then confirm."),
    )
    INTERNAL_ERROR = "internal_error", _("An error in the hub itself. Please tell an administrator; Retry is harmless.")


# Reasons whose pause must not be cut short by a fresh event: the other system asked for it or is away.
PATIENT: frozenset[str] = frozenset(
    {Reason.SYSTEM_DOWN, Reason.SYSTEM_SETTINGS, Reason.PAUSED, Reason.RATE_LIMITED, Reason.TRANSIENT}
)
