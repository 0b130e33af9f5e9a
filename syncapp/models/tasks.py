"""What a person must do, because no program can; and what a person must choose, because both sides were changed.

A run works out anew each time what is needed. What is needed no more is closed by the hub itself, so a task is done
when a later read shows it done.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from syncapp.models.records import Record
from syncapp.models.systems import SystemName


class TaskKind(models.TextChoices):
    """The label is the headline; `models.task_texts` says what to do."""

    PARTY_DELETED = "party_deleted", _("Party was deleted in EspoCRM")
    PARTY_GONE = "party_gone", _("Party was deleted in Advoware")
    NUMBER_REMOVED = "number_removed", _("Advoware number was removed in EspoCRM")
    CREATION_UNCERTAIN = "creation_uncertain", _("Perhaps the party was created in Advoware")
    PARTY_ALIKE = "party_alike", _("Perhaps the party is in EspoCRM already")
    VALUE_BY_HAND = "value_by_hand", _("Value must be transferred by hand")
    VALUE_UNREADABLE = "value_unreadable", _("A value can't be understood")
    VALUE_NOT_KEPT = "value_not_kept", _("Advoware did not take a value")
    CANT_HOLD = "cant_hold", _("A value can't be carried over")
    VALUE_OVERRULED = "value_overruled", _("A value was replaced after changes on both sides")
    CONTACT_TYPE = "contact_type", _("Type of a phone number must be changed by hand")
    CONTACT_UNREADABLE = "contact_unreadable", _("Contact entry can't be understood")
    BANK_CHANGED = "bank_changed", _("Bank account must be changed in Advoware")
    BANK_DELETED = "bank_deleted", _("Bank account must be removed in Advoware")
    BANK_GONE = "bank_gone", _("Bank account was removed in Advoware")
    BANK_UNCERTAIN = "bank_uncertain", _("Perhaps the bank account was created in Advoware")
    APPOINTMENT_BY_HAND = "appointment_by_hand", _("Appointment must be changed by hand in Advoware")
    APPOINTMENT_FIXED = "appointment_fixed", _("An appointment that the hub may not change")
    APPOINTMENT_OVERRULED = "appointment_overruled", _("An appointment was replaced after changes on both sides")
    MASS_DELETION = "mass_deletion", _("Unusually many appointments would be deleted")
    MASS_CREATION = "mass_creation", _("Unusually many appointments would be created in Advoware")
    APPOINTMENTS_ALIKE = "appointments_alike", _("Appointments of both sides perhaps belong together")
    CALENDAR_GONE = "calendar_gone", _("A Google calendar was deleted")
    ADDRESS_DIFFERS = "address_differs", _("Addresses differ in EspoCRM and Advoware")
    MATTER_MISSING = "matter_missing", _("Akte is not in Advoware")
    MATTER_AMBIGUOUS = "matter_ambiguous", _("Several Akten in Advoware could be meant")
    MATTER_DIFFERS = "matter_differs", _("Akte in Advoware has another Aktenzeichen")
    MATTER_UNREADABLE = "matter_unreadable", _("Aktenzeichen can't be understood")


# Told once: nothing shows later whether somebody has read it, so only a person closes it.
NOTICES: frozenset[str] = frozenset({TaskKind.VALUE_OVERRULED, TaskKind.APPOINTMENT_OVERRULED})


class TaskState(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("seen to be done")
    CLOSED = "closed", _("closed by hand")


class Task(models.Model):
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("record"))
    kind = models.CharField(_("what"), max_length=30, choices=TaskKind.choices)
    # What within the record it is about, e.g. a field: at most one open task each.
    key = models.CharField(max_length=64, blank=True, default="")
    system = models.CharField(_("to be done in"), max_length=20, choices=SystemName.choices)
    target_type = models.CharField(_("there"), max_length=64, blank=True, default="")
    target_id = models.CharField(_("number there"), max_length=200, blank=True, default="")
    # [{"field", "now", "wanted"}]: clients' data, shown to staff only, never logged.
    facts: models.JSONField[Any, Any] = models.JSONField(_("values"), default=list, blank=True)
    # Of facts and target: a task that was closed by hand comes again only when there is something new in it.
    digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    opened_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("closed by")
    )
    note = models.CharField(_("note"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        permissions = [("close_task", "Can close tasks by hand")]
        constraints = [
            models.UniqueConstraint(name="task_open_once", fields=["record", "kind", "key"], condition=Q(state="open")),
            models.CheckConstraint(
                name="task_closed_iff_not_open",
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="task_open", fields=["kind", "-id"], condition=Q(state="open")),
            models.Index(name="task_of_record", fields=["record", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class ConflictState(models.TextChoices):
    OPEN = "open", _("a person must choose")
    DECIDED = "decided", _("decided, being written")
    APPLIED = "applied", _("written as decided")
    SETTLED = "settled", _("the sides agree by themselves")


class Conflict(models.Model):
    """One field that was changed on both sides since they last agreed. The values are clients' data."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="conflicts", verbose_name=_("record"))
    field = models.CharField(_("field"), max_length=40)
    agreed = models.TextField(_("last agreed"), blank=True, default="")
    here = models.TextField(blank=True, default="")
    there = models.TextField(blank=True, default="")
    here_system = models.CharField(max_length=20, choices=SystemName.choices)
    there_system = models.CharField(max_length=20, choices=SystemName.choices)
    state = models.CharField(_("state"), max_length=10, choices=ConflictState.choices, default=ConflictState.OPEN)
    choice = models.CharField(_("decision"), max_length=20, choices=SystemName.choices, blank=True, default="")
    opened_at = models.DateTimeField(_("since"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("decided by")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        permissions = [("decide_conflict", "Can decide conflicts")]
        constraints = [
            models.UniqueConstraint(
                name="conflict_open_once", fields=["record", "field"], condition=Q(state__in=["open", "decided"])
            ),
            models.CheckConstraint(
                name="conflict_decided_iff_chosen",
                condition=Q(state="open", choice="", decided_at__isnull=True)
                | Q(state="settled")
                | (Q(state__in=["decided", "applied"], decided_at__isnull=False) & ~Q(choice="")),
            ),
        ]
        indexes = [models.Index(name="conflict_of_record", fields=["record", "state"])]

    def __str__(self) -> str:
        return f"{self.field} #{self.pk}"

    @property
    def between(self) -> tuple[SystemName, SystemName]:
        return SystemName(self.here_system), SystemName(self.there_system)


class UndoState(models.TextChoices):
    REQUESTED = "requested", _("is being written back")
    DONE = "done", _("written back")
    REFUSED = "refused", _("refused")


class UndoRefusal(models.TextChoices):
    CHANGED_SINCE = "changed_since", _("The value has been changed since; it is not overwritten.")
    GONE = "gone", _("The entity does not exist any more on that side.")
    UNSUPPORTED = "unsupported", _("This write can't be undone by the hub.")
    NOT_HELD = (
        "not_held",
        _(
            "One side does not take the value of before, so the write is not undone. What is left to do is a task of "
            "the record."
        ),
    )


class Undo(models.Model):
    """Staff's request to take a write back. The next run of the record does it, by the version check, or refuses."""

    entry = models.ForeignKey(
        "syncapp.JournalEntry", on_delete=models.CASCADE, related_name="undos", verbose_name=_("journal entry")
    )
    state = models.CharField(_("state"), max_length=10, choices=UndoState.choices, default=UndoState.REQUESTED)
    refusal = models.CharField(_("why not"), max_length=20, choices=UndoRefusal.choices, blank=True, default="")
    requested_at = models.DateTimeField(_("asked"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("asked by")
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("undo")
        verbose_name_plural = _("undone writes")
        permissions = [("request_undo", "Can undo writes")]
        constraints = [
            models.UniqueConstraint(name="undo_once_at_a_time", fields=["entry"], condition=Q(state="requested")),
            models.CheckConstraint(
                name="undo_refused_iff_reason",
                condition=(Q(state="refused") & ~Q(refusal="")) | (~Q(state="refused") & Q(refusal="")),
            ),
        ]

    def __str__(self) -> str:
        return f"undo of #{self.entry_id}"
