"""Everything staff do is on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

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
    trace_id = models.CharField(_("trace"), max_length=64, blank=True, default="", db_index=True)

    class Meta:
        verbose_name = _("staff action")
        verbose_name_plural = _("staff actions")
        permissions = (("end_session", "Can see and end sessions of others"),)

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id}"

    @classmethod
    @contextmanager
    def recorded(
        cls, action: str, target_type: str = "", target_id: object = "", detail: str = "", **who: Any
    ) -> Iterator[Self]:
        """Write the action down before it is done; the block sets `count` to what really moved.

        When the block raises, the row stays with a count of 0 and the kind of the error. `who`: `user`, `via`,
        `trace_id`.
        """
        target = {"target_type": target_type[:64], "target_id": str(target_id)[:200]}
        row = cls.objects.create(action=action, count=0, detail=detail[:300], **target, **who)
        try:
            yield row
        except Exception as exc:
            row.detail = f"{type(exc).__name__} {detail}".strip()[:300]
            raise
        finally:
            row.save(update_fields=["count", "detail"])
