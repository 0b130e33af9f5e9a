"""Cross references to other systems, and what nothing points to any more."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.models.systems import SystemName


class ReferenceKind(models.TextChoices):
    FILE = "file", _("file")
    MEMBERSHIP = "membership", _("document in a collection")
    COLLECTION = "collection", _("collection")
    PARTY = "party", _("party")
    BANK_ACCOUNT = "bank_account", _("bank account")
    TASK = "task", _("task of a person")
    MATTER = "matter", _("matter")


class Reference(models.Model):
    """An id that an entity of the CRM has in another system.

    A membership is one file in one collection: `remote_id` is the file, `container_id` the collection. It is stored
    *before* it is made outside, so that another document with the same bytes never takes it away in between.
    """

    entity_type = models.CharField(_("entity type"), max_length=64)
    entity_id = models.CharField(_("entity"), max_length=64)
    system = models.CharField(_("system"), max_length=20, choices=SystemName.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=ReferenceKind.choices)
    remote_id = models.CharField(_("id there"), max_length=200)
    container_id = models.CharField(_("inside"), max_length=200, blank=True, default="")
    # Facts about the remote object, e.g. {"sha256": …, "size": …}; no names.
    data: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # Of a file its SHA-256; of a party what it was like in Advoware when both sides last agreed.
    digest = models.CharField(_("digest"), max_length=64, blank=True, default="")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        constraints = [
            models.UniqueConstraint(
                name="reference_unique",
                fields=["entity_type", "entity_id", "system", "kind", "remote_id", "container_id"],
            )
        ]
        indexes = [
            models.Index(name="reference_remote", fields=["system", "kind", "remote_id", "container_id"]),
            models.Index(name="reference_container", fields=["system", "kind", "container_id"]),
            models.Index(name="reference_digest", fields=["digest"], condition=~models.Q(digest="")),
        ]

    def __str__(self) -> str:
        return f"{self.entity_type} {self.entity_id} = {self.system} {self.remote_id}"


class OrphanState(models.TextChoices):
    OPEN = "open", _("nothing points to it")
    KEPT = "kept", _("kept on purpose")
    DELETED = "deleted", _("deleted")
    GONE = "gone", _("gone by itself")
    USED = "used", _("in use again")


class OrphanWhy(models.TextChoices):
    UNUSED = "unused", _("no document uses it")
    UNNAMED = "unnamed", _("no entity of the CRM names it")
    ENTITY_DELETED = "entity_deleted", _("entity deleted")
    ENTITY_CLOSED = "entity_closed", _("entity closed")
    SECOND = "second", _("second collection of the same entity")
    DOCUMENT_DELETED = "document_deleted", _("document deleted")
    CONTENT_REPLACED = "content_replaced", _("content replaced")
    TWICE_OR_LATE = "twice_or_late", _("uploaded twice or too late")


class Orphan(models.Model):
    """Something of ours outside that nothing points to; staff may delete it, guarded."""

    system = models.CharField(_("system"), max_length=20, choices=SystemName.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=ReferenceKind.choices)
    remote_id = models.CharField(_("id there"), max_length=200)
    entity_type = models.CharField(_("belonged to"), max_length=64, blank=True, default="")
    entity_id = models.CharField(_("entity"), max_length=64, blank=True, default="")
    why = models.CharField(_("why"), max_length=100, choices=OrphanWhy.choices, blank=True, default="")
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=OrphanState.choices, default=OrphanState.OPEN)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("orphan")
        verbose_name_plural = _("orphans")
        permissions = [("delete_remote_orphan", "Can delete an orphan in the other system")]
        constraints = [models.UniqueConstraint(name="orphan_unique", fields=["system", "kind", "remote_id"])]

    def __str__(self) -> str:
        return f"{self.system} {self.kind} {self.remote_id}"
