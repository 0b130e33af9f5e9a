"""A record: our row about one (step, entity type, entity id), with its requests and its state."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from syncapp.models.systems import SystemName


class Status(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    IN_SYNC = "in_sync", _("in sync")
    SKIPPED = "skipped", _("nothing to do")
    FAILED = "failed", _("failed")
    CONFLICT = "conflict", _("conflict")


NEEDS_A_PERSON = (Status.FAILED, Status.CONFLICT)


class Urgency(models.IntegerChoices):
    """Lower runs first: fresh events never starve behind a full comparison."""

    STAFF = 0, _("staff")
    EVENT = 10, _("event")
    FOLLOW_UP = 20, _("follow-up")
    SCAN = 50, _("comparison")


# By which whoever takes several records at once sorts them, so that nobody waits for anybody in a circle.
TAKEN_BY = ("step", "entity_type", "entity_id")
# A record for which nothing is to be said any more.
NO_REASON = {"reason": "", "detail": "", "system": "", "waits_for": ""}


class Record(models.Model):
    step = models.CharField(_("step"), max_length=64)
    entity_type = models.CharField(_("entity type"), max_length=64)
    entity_id = models.CharField(_("entity"), max_length=64)

    status = models.CharField(_("state"), max_length=10, choices=Status.choices, default=Status.WAITING)
    reason = models.CharField(_("reason"), max_length=30, blank=True, db_default="", default="")
    detail = models.CharField(_("detail"), max_length=300, blank=True, db_default="", default="")
    system = models.CharField(
        _("system"), max_length=20, choices=SystemName.choices, blank=True, db_default="", default=""
    )

    # What ends a wait before its time: a system whose writing is switched on, an entity that comes to exist.
    waits_for = models.CharField(_("waits for"), max_length=100, blank=True, db_default="", default="")

    # Requests are counted, not runs: a change during a run causes exactly one more run.
    requested = models.PositiveBigIntegerField(_("sync requests"), db_default=1, default=1)
    served = models.PositiveBigIntegerField(_("sync requests served"), db_default=0, default=0)
    # The newest request that asked for a look at everything, links included; a run serves it when it is above `served`.
    full_request = models.PositiveBigIntegerField(_("last request for a full look"), db_default=0, default=0)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency.choices, default=Urgency.EVENT)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts since the last agreement"), db_default=0, default=0)

    claim = models.UUIDField(_("claim"), null=True, blank=True)
    claimed_by = models.CharField(_("claimed by"), max_length=100, blank=True, db_default="", default="")
    claimed_request = models.PositiveBigIntegerField(null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)

    agreed: models.JSONField[Any, Any] = models.JSONField(
        _("last agreement"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    settled_at = models.DateTimeField(_("last agreement at"), null=True, blank=True)
    trace_id = models.CharField(_("trace"), max_length=64, blank=True, db_default="", default="")
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("state since"))

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        permissions = [
            ("retry_record", "Can retry, sync and preview records"),
            ("discard_record", "Can give records up"),
            ("release_lock", "Can release locks"),
            ("disclose_person", "Can tell and erase what the hub holds about a person"),
        ]
        constraints = [
            models.UniqueConstraint(name="record_unique", fields=["step", "entity_type", "entity_id"]),
            models.CheckConstraint(name="record_served_le_requested", condition=Q(served__lte=F("requested"))),
            models.CheckConstraint(
                name="record_claim_iff_running",
                condition=Q(
                    status="running", claim__isnull=False, leased_until__isnull=False, claimed_request__isnull=False
                )
                | (
                    ~Q(status="running")
                    & Q(claim__isnull=True, leased_until__isnull=True, claimed_request__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="record_waiting_is_due", condition=~Q(status="waiting") | Q(due_at__isnull=False)
            ),
            models.CheckConstraint(
                name="record_reason_given",
                condition=~Q(status__in=["failed", "conflict", "skipped"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="record_in_sync_is_served",
                condition=~Q(status="in_sync") | Q(reason="", due_at__isnull=True, served=F("requested")),
            ),
        ]
        indexes = [
            models.Index(name="record_due", fields=["urgency", "due_at"], condition=Q(status="waiting")),
            models.Index(name="record_waits_for", fields=["waits_for"], condition=~Q(waits_for="")),
            models.Index(name="record_lease", fields=["leased_until"], condition=Q(status="running")),
            models.Index(name="record_open", fields=["status", "reason", "changed_at"], condition=~Q(status="in_sync")),
            models.Index(name="record_status", fields=["status", "step"]),
            models.Index(name="record_entity", fields=["entity_type", "entity_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.entity_type} {self.entity_id}"

    @property
    def lock_key(self) -> str:
        return f"{self.step}:{self.entity_type}:{self.entity_id}"
