"""What staff have noted about something that needs a person: whose it is, a word, until when it rests, given up."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NeedKind(models.TextChoices):
    """The most pressing first: what holds up many comes before what holds up one."""

    COMPARISON = "comparison", _("stopped comparison")
    QUARANTINE = "quarantine", _("webhook in quarantine")
    NOTICE = "notice", _("message not sent")
    FAILURE = "failure", _("failure")
    CONFLICT = "conflict", _("conflict")
    APPOINTMENT = "appointment", _("appointment that failed")
    QUESTION = "question", _("appointment without a partner")
    TASK = "task", _("task")
    ORPHAN = "orphan", _("orphan")


class Handling(models.Model):
    """One row for one thing (`row`: its primary key in the table of its kind); without a row nobody has said anything.

    It changes nothing about the thing itself. `given_up_at` hides it only until something new happens to it.
    """

    kind = models.CharField(_("what"), max_length=12, choices=NeedKind.choices)
    row = models.BigIntegerField()
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    note = models.CharField(_("note"), max_length=250, blank=True, default="")
    snoozed_until = models.DateField(_("put off until"), null=True, blank=True)
    given_up = models.CharField(_("given up because"), max_length=250, blank=True, default="")
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    changed_at = models.DateTimeField(_("noted"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("noted by"),
    )

    class Meta:
        verbose_name = _("note of staff")
        verbose_name_plural = _("notes of staff")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="handling_once", fields=["kind", "row"]),
            models.CheckConstraint(
                name="handling_given_up_with_reason",
                condition=Q(given_up="", given_up_at__isnull=True) | (~Q(given_up="") & Q(given_up_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(name="handling_of_person", fields=["assignee", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} #{self.row}"
