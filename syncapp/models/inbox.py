"""What arrived at the webhooks: messages, their items, and the quarantine."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from syncapp.models.records import Record


class InboxState(models.TextChoices):
    STORED = "stored", _("accepted")
    QUARANTINED = "quarantined", _("in quarantine")
    REPROCESSED = "reprocessed", _("processed again")


class InboxMessage(models.Model):
    trace_id = models.CharField(_("trace"), max_length=64, db_index=True)
    received_at = models.DateTimeField(_("received"), db_index=True)
    path = models.CharField(_("webhook"), max_length=64)  # e.g. "document"
    entity_type = models.CharField(_("entity type"), max_length=64, blank=True, default="")
    action = models.CharField(_("action"), max_length=20)
    sender = models.CharField(_("sender"), max_length=64, blank=True, default="")  # webhook id, or "token"
    state = models.CharField(_("state"), max_length=12, choices=InboxState.choices, default=InboxState.STORED)
    reason = models.CharField(_("reason"), max_length=100, blank=True, default="")
    # The raw bytes hold clients' data: never shown as a whole, pruned after KEEP_INBOX_BODIES_DAYS.
    body = models.BinaryField(null=True, blank=True, editable=False)
    size = models.PositiveIntegerField(_("bytes"), default=0)
    items_total = models.PositiveIntegerField(_("items"), default=0)
    items_new = models.PositiveIntegerField(_("new"), default=0)
    rejected: models.JSONField[Any, Any] = models.JSONField(_("rejected items"), default=list, blank=True)

    class Meta:
        verbose_name = _("received webhook")
        verbose_name_plural = _("received webhooks")
        permissions = [("reprocess_inboxmessage", "Can process a quarantined message again")]
        indexes = [
            models.Index(name="inbox_quarantine", fields=["received_at"], condition=Q(state="quarantined")),
        ]

    def __str__(self) -> str:
        return f"{self.path}/{self.action} {self.trace_id}"


class InboxItem(models.Model):
    """One accepted item of a message; `record` and `request_number` say what became of it (none: no flow yet)."""

    message = models.ForeignKey(InboxMessage, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(_("position"))
    entity_type = models.CharField(_("entity type"), max_length=64)
    entity_id = models.CharField(_("entity"), max_length=64)
    record = models.ForeignKey(Record, on_delete=models.SET_NULL, null=True, blank=True, related_name="items")
    request_number = models.PositiveBigIntegerField(_("sync request"), null=True, blank=True)

    class Meta:
        verbose_name = _("item of a webhook")
        verbose_name_plural = _("items of webhooks")

    def __str__(self) -> str:
        return f"{self.entity_type} {self.entity_id}"
