"""Attempts (runs of a record) and the journal of writes outside. Both are append-only history."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from syncapp.models.records import Record
from syncapp.models.systems import SystemName


class Outcome(models.TextChoices):
    RUNNING = "running", _("running")
    IN_SYNC = "in_sync", _("in sync")
    SKIPPED = "skipped", _("nothing to do")
    POSTPONED = "postponed", _("postponed")
    FAILED = "failed", _("failed")
    CONFLICT = "conflict", _("conflict")
    OBSERVED = "observed", _("observed")
    LOST = "lost", _("interrupted")


class Attempt(models.Model):
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="history", verbose_name=_("record"))
    number = models.PositiveIntegerField(_("attempt"))
    request_number = models.PositiveBigIntegerField(_("serves sync requests up to"))
    claim = models.UUIDField(_("claim"), null=True)
    trace_id = models.CharField(_("trace"), max_length=64, blank=True, default="", db_index=True)
    worker = models.CharField(_("worker"), max_length=100, blank=True, default="")
    # When it was asked for, or set back last; empty: work beside the runs.
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), db_index=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    reason = models.CharField(_("reason"), max_length=30, blank=True, default="")
    detail = models.CharField(_("detail"), max_length=300, blank=True, default="")
    # The planned actions, e.g. [{"kind": "document.attach", "collection_id": …}]: ids and names of fields, no contents.
    # Rows from before 1.0 hold sentences.
    plan: models.JSONField[Any, Any] = models.JSONField(_("plan"), default=list, blank=True)
    # [{system, method, path, status, ms, request_id, error, at, write}] of every outside call, in order. One that was
    # made for several records has `shared`, their number, and is `counted` already but in the first of them.
    calls: models.JSONField[Any, Any] = models.JSONField(_("outside calls"), default=list, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [models.Index(name="attempt_of_record", fields=["record", "-id"])]

    def __str__(self) -> str:
        return f"{self.record_id}#{self.number}"


class JournalState(models.TextChoices):
    INTENDED = "intended", _("begun")
    DONE = "done", _("done")
    FAILED = "failed", _("refused")
    LOST = "lost", _("answer lost")
    CLEARED = "cleared", _("seen by a later run")


class JournalAction(models.TextChoices):
    """What a flow writes outside: the name that is stored, and words for it. Each flow has a class of its own."""


class Seen(models.TextChoices):
    """What a later run saw of a write whose answer was lost."""

    LATER = "found_later", _("found later")
    NOT_LATER = "not_found_later", _("not found later")


class JournalEntry(models.Model):
    """One write outside. Stored as an intent *before* the call, so that a lost answer can be looked for."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="journal", verbose_name=_("record"))
    attempt = models.ForeignKey(Attempt, on_delete=models.SET_NULL, null=True, blank=True, related_name="journal")
    trace_id = models.CharField(_("trace"), max_length=64, blank=True, default="")
    system = models.CharField(_("system"), max_length=20, choices=SystemName.choices)
    action = models.CharField(_("action"), max_length=40)
    target_type = models.CharField(_("target type"), max_length=64)
    target_id = models.CharField(_("target"), max_length=200, blank=True, default="")
    # What the next run looks for when the answer was lost, e.g. the marker in an uploaded file's name.
    mark = models.CharField(_("mark"), max_length=200, blank=True, default="")
    # {field: [before, after]}; ids, hashes and states only where the data itself is a client's.
    changes: models.JSONField[Any, Any] = models.JSONField(_("changes"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=JournalState.choices, default=JournalState.INTENDED)
    detail = models.CharField(_("detail"), max_length=300, blank=True, default="")
    begun_at = models.DateTimeField(_("begun"), db_index=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        indexes = [
            models.Index(name="journal_of_record", fields=["record", "-id"]),
            models.Index(name="journal_open", fields=["record"], condition=Q(state__in=["intended", "lost"])),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.action} {self.target_type}"
