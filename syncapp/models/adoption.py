"""What a hub before this one has left, as it was found and taken over."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Verdict(models.TextChoices):
    AS_IS = "as_is", _("taken over as it is")
    CHANGES = "changes", _("would be changed")
    UNPLACED = "unplaced", _("a person must look")
    KNOWN = "known", _("the hub has it already")


class Cause(models.TextChoices):
    """Why something can't be placed, or is brought anew, where no action, task or reason says it."""

    DEAD_FILE = "dead_file", _("the file that the CRM names is not at xAI")
    OTHER_BYTES = "other_bytes", _("the file at xAI is another one than the CRM's")
    NOT_READ = "not_read", _("the CRM's file can't be read, or is too large")
    FILE_NOT_NAMED = "file_not_named", _("no document names this file at xAI")
    NOT_NAMED = "not_named", _("no entity of the CRM names this collection at xAI")
    DEAD_COLLECTION = "dead_collection", _("the collection that the CRM names is not at xAI")
    NAMED_TWICE = "named_twice", _("several entities of the CRM name the same one")
    ALIKE = "alike", _("an appointment and an event may be the same")
    MARK = "mark", _("both sides agree; the event in Google gets the hub's mark")
    BY_HAND = "by_hand", _("this appointment is changed by hand")
    UNREADABLE = "unreadable", _("it can't be read")


class AdoptionState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Adoption(models.Model):
    """One look at everything; `applied`: what agrees was taken over. One at a time: a running one holds a lease."""

    state = models.CharField(_("state"), max_length=10, choices=AdoptionState.choices, default=AdoptionState.WAITING)
    applied = models.BooleanField(_("taken over"), default=False)
    trusts_md5 = models.BooleanField(_("md5sum is believed"), default=False)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(_("at work on"), max_length=40, blank=True, default="")
    seen = models.PositiveIntegerField(_("looked at"), default=0)
    calls = models.PositiveIntegerField(_("calls"), default=0)
    detail = models.CharField(_("detail"), max_length=300, blank=True, default="")
    # {kind: {verdict: {what: how many}}}
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("who")
    )

    class Meta:
        verbose_name = _("taking over of an existing installation")
        verbose_name_plural = _("Take over an existing installation")
        permissions = [("run_adoption", "Can look at an existing installation and take it over")]
        constraints = [
            models.UniqueConstraint(name="adoption_one_at_a_time", fields=["state"], condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class AdoptionFinding(models.Model):
    """About one entity, or about something at another system that no entity names. Ids only."""

    adoption = models.ForeignKey(Adoption, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(_("kind"), max_length=40)
    step = models.CharField(max_length=64)
    entity_type = models.CharField(max_length=64, blank=True, default="")
    entity_id = models.CharField(max_length=64, blank=True, default="")
    remote_id = models.CharField(max_length=1024, blank=True, default="")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    what: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(name="adoption_named", fields=["entity_type", "entity_id", "step"])]

    def __str__(self) -> str:
        return f"{self.entity_type} {self.entity_id or self.remote_id}: {self.verdict}"
