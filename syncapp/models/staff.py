"""Everything staff do is on record."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StaffAction(models.Model):
    """Append-only: who did what to which things, and how many really moved."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("who")
    )
    via = models.CharField(_("via"), max_length=20, default="admin")  # admin, command
    action = models.CharField(_("action"), max_length=40)
    target_type = models.CharField(_("target"), max_length=64, blank=True, default="")
    target_id = models.CharField(_("id"), max_length=200, blank=True, default="")
    count = models.PositiveIntegerField(_("how many"), default=1)
    detail = models.CharField(_("detail"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("staff action")
        verbose_name_plural = _("staff actions")

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id}"
