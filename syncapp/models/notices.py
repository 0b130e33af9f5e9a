"""Who is told of what is wrong: what is known to be wrong, what was told to whom, and who wants to be told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TroubleKind(models.TextChoices):
    FAILURES = "failures", _("Failures: something of a new kind needs a person")
    SYSTEMS = "systems", _("Systems: one is away for longer than 15 minutes, or refuses our login")
    COMPARISONS = "comparisons", _("Comparisons: one stopped and asks, or fails again and again")
    QUARANTINE = "quarantine", _("Quarantine: webhooks that can't be read")
    WORKERS = "workers", _("Workers: they froze, or none works")
    SCHEDULES = "schedules", _("Schedules: a job failed or did not run")


class KnownTrouble(models.Model):
    """One cause, from when it was first seen until it was gone. `facts` are words of the program and counts."""

    key = models.CharField(_("cause"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=TroubleKind.choices)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    gone_at = models.DateTimeField(_("over"), null=True, blank=True)

    class Meta:
        verbose_name = _("known trouble")
        verbose_name_plural = _("known troubles")
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(gone_at__isnull=True), name="trouble_known_once")
        ]

    def __str__(self) -> str:
        return self.key


GIVE_UP = timedelta(days=2)  # older news is none


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("waits to be sent")
    SENDING = "sending", _("is being sent")
    SENT = "sent", _("sent")
    GIVEN_UP = "given_up", _("could not be sent")
    NEEDLESS = "needless", _("was over before it was sent")


class Notice(models.Model):
    """One thing to be told to one recipient, once. No `user`: the chat."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("to")
    )
    trouble = models.ForeignKey(KnownTrouble, on_delete=models.CASCADE, null=True, blank=True)
    key = models.CharField(max_length=100, unique=True)  # to whom and about what: it is told once
    event = models.CharField(_("about"), max_length=20)  # appeared, gone, or digest and its day
    state = models.CharField(_("state"), max_length=10, choices=NoticeState.choices, default=NoticeState.WAITING)
    made_at = models.DateTimeField(_("when"))
    due_at = models.DateTimeField(_("due"))
    claim = models.UUIDField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    fault = models.CharField(_("last fault"), max_length=64, blank=True, default="")  # kind and number, no words

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [models.Index(fields=["state", "due_at"], name="notice_due")]

    def __str__(self) -> str:
        return f"{self.event} {self.trouble_id or ''}"

    @classmethod
    def stuck(cls) -> models.QuerySet[Notice]:
        """Of the last days: tried in vain."""
        lately = cls.objects.filter(made_at__gt=timezone.now() - GIVE_UP - timedelta(days=1)).exclude(fault="")
        return lately.exclude(state__in=[NoticeState.SENT, NoticeState.NEEDLESS])

    @classmethod
    def stuck_once(cls) -> models.QuerySet[Notice]:
        """The oldest of them for each recipient: a mail server that is away is one thing to mend, not fifty."""
        oldest = cls.stuck().order_by().values("user").annotate(oldest=models.Min("pk")).values("oldest")
        return cls.objects.filter(pk__in=oldest)


class NoticeChoice(models.Model):
    """What somebody wants to be told. Without a row: all, if a group of `ALERT_GROUPS` is theirs, else nothing."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    kinds: models.JSONField[Any, Any] = models.JSONField(default=list)
    digest = models.BooleanField(default=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")

    def __str__(self) -> str:
        return str(self.user_id)
