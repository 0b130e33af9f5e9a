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
    INDEXING = "indexing", _("The document is uploaded and being made searchable. Nothing to do.")
    COLLECTION_PENDING = "collection_pending", _("The collection of a parent is being created first. Nothing to do.")
    LOCK_BUSY = (
        "lock_busy",
        _("Another run is busy with what both need (a file, a party's accounts). It is tried again by itself."),
    )
    LOCKS_AWAY = (
        "locks_away",
        _("The store of the locks (Redis) does not answer. An administrator must start it; then it goes on by itself."),
    )
    OUTDATED = "outdated", _("Somebody changed the entity at the same moment. It is read again by itself.")
    WORKER_DIED = "worker_died", _("The program was stopped in the middle of the work. It runs again by itself.")
    LOCK_RELEASED = "lock_released", _("Staff took it away from the run that worked on it. It runs again by itself.")
    OBSERVED = "observed", _("Observe mode: what would be written is recorded, nothing was written.")
    WRITING_OFF = (
        "writing_off",
        _("Writing is switched off in the settings. What would be written is recorded; it is written when it is on."),
    )
    PARTY_PENDING = "party_pending", _("The party must be in Advoware first. It goes on by itself.")

    # skipped
    NO_PARENT = "no_parent", _("The document has no parent with a collection: it is not made searchable.")
    NO_COLLECTION = (
        "no_collection",
        _(
            "This kind of entity gets no collection: the setting COLLECTION_ENTITIES does not name it, or the CRM does "
            "not link it to documents or has no field for the collection."
        ),
    )
    NO_FILE = "no_file", _("The document has no file. Upload a file in the CRM if there should be one.")
    UNSUPPORTED_TYPE = "unsupported_type", _("This type of file can't be made searchable (for example an image).")
    TOO_LARGE = (
        "too_large",
        _("The file is larger than allowed. Split or shrink it in the CRM, then it is tried again."),
    )
    EMPTY_FILE = "empty_file", _("The file is empty. Upload it again in the CRM.")
    ENTITY_GONE = "entity_gone", _("The entity was deleted in the CRM; its traces were tidied away.")
    PARENT_PAUSED = "parent_paused", _("The status of the entity says that it is left alone.")
    PARENT_CLOSED = "parent_closed", _("The entity is closed; its documents were taken out of the collection.")
    DELETION_PROPOSED = (
        "deletion_proposed",
        _("The entity is closed. Its collection may be deleted: please confirm it on the page of orphans."),
    )
    NOT_CONFIGURED = "not_configured", _("A system that this needs is not configured; an administrator can set it up.")
    DISCARDED = "discarded", _("Given up by staff.")
    TASK_OPEN = "task_open", _("The hub has done what it can. A person must do the rest: see the tasks of this record.")
    GONE_THERE = "gone_there", _("The party does not exist in Advoware any more. Staff decided to leave it so.")
    NO_PARTY = "no_party", _("The bank account belongs to no party. Choose the party in the CRM.")
    NO_IBAN = "no_iban", _("The bank account has no IBAN. Enter it in the CRM.")
    CALENDAR_OFF = "calendar_off", _("The calendar of this employee is switched off.")
    NOT_AN_EMPLOYEE = "not_an_employee", _("Advoware knows no employee with this Kürzel.")
    NO_NAME = "no_name", _("The party has no name. Enter it in the CRM; then it is created in Advoware.")
    TASKS_NOT_SHOWN = (
        "tasks_not_shown",
        _("Tasks are not shown in EspoCRM (setting TASKS_TO_ESPOCRM). The task itself is on the page of tasks."),
    )
    NOBODY_ASSIGNED = (
        "nobody_assigned",
        _("Nobody was notified: nobody is assigned to the party in the CRM. The task is on the page of tasks."),
    )

    # conflict
    BOTH_CHANGED = "both_changed", _("Both sides were changed. Choose for each field which value holds.")

    # failed
    INDEXING_FAILED = (
        "indexing_failed",
        _("xAI could not read the document. Open it; if it is damaged, upload it again in the CRM, then press Retry."),
    )
    REJECTED = "rejected", _("The other system refused the data. Look at the detail, mend it there, then press Retry.")
    FORBIDDEN = (
        "forbidden",
        _("The hub lacks a right in the other system. An administrator must grant it, then press Retry."),
    )
    FILE_MISMATCH = (
        "file_mismatch",
        _("The downloaded file is not the one the CRM describes. Upload it again in the CRM, then press Retry."),
    )
    FIELD_MISSING = (
        "field_missing",
        _("The CRM does not keep a field that the hub writes. An administrator must add it, then press Retry."),
    )
    UNEXPECTED_ANSWER = (
        "unexpected_answer",
        _("The other system answered something that the hub does not understand. Please tell an administrator."),
    )
    UNREADABLE = "unreadable", _("The appointment has no usable date or time. Correct it where it was entered.")
    IBAN_INVALID = "iban_invalid", _("The IBAN is not valid. Correct it in the CRM; then it is tried again by itself.")
    BIC_INVALID = "bic_invalid", _("The BIC is not valid. Correct it in the CRM; then it is tried again by itself.")
    NUMBER_TAKEN = (
        "number_taken",
        _("Two parties of the CRM bear the same Advoware number. Correct the number at one of them, then press Retry."),
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
