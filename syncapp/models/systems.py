"""The outside systems and how they are; switches that staff may set."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SystemName(models.TextChoices):
    ESPOCRM = "espocrm", "EspoCRM"
    XAI = "xai", "xAI"
    ADVOWARE = "advoware", "Advoware"
    GOOGLE = "google", "Google Calendar"


class SystemState(models.TextChoices):
    UP = "up", _("available")
    DOWN = "down", _("does not answer")
    REFUSED = "refused", _("refuses our login")


class System(models.Model):
    """How an outside system is. While it is not up, its records wait and one probe at a time tries it."""

    name = models.CharField(_("system"), max_length=20, primary_key=True, choices=SystemName.choices)
    state = models.CharField(_("state"), max_length=10, choices=SystemState.choices, default=SystemState.UP)
    error = models.CharField(_("last fault"), max_length=200, blank=True, default="")
    code = models.CharField(max_length=64, blank=True, default="")  # the `ClientError.code` of it
    since = models.DateTimeField(_("since"), null=True, blank=True)
    last_ok_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    failed_probes = models.PositiveIntegerField(_("failed probes"), default=0)
    next_probe_at = models.DateTimeField(_("next probe"), null=True, blank=True)
    paused = models.BooleanField(_("paused by staff"), default=False)

    class Meta:
        verbose_name = _("system")
        verbose_name_plural = _("systems")
        permissions = [("pause_system", "Can pause and resume a system")]
        constraints = [
            models.CheckConstraint(
                name="system_probe_iff_not_up",
                condition=models.Q(state="up", next_probe_at__isnull=True)
                | (~models.Q(state="up") & models.Q(next_probe_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return self.get_name_display()


class Outage(models.Model):
    """From when to when a system was away; `ended_at` is empty while it lasts."""

    system = models.CharField(max_length=20, choices=SystemName.choices)
    state = models.CharField(max_length=10, choices=SystemState.choices)
    began_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="outage_one_open", fields=["system"], condition=models.Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.began_at:%Y-%m-%d %H:%M}"


class StepSwitch(models.Model):
    """Staff's switch for one step; without a row the step runs."""

    step = models.CharField(_("step"), max_length=64, primary_key=True)
    paused = models.BooleanField(_("paused"), default=False)
    observe = models.BooleanField(
        _("observe only"), default=False, help_text=_("Plans are made and recorded, nothing is written outside.")
    )

    class Meta:
        verbose_name = _("switch of a step")
        verbose_name_plural = _("switches of steps")
        permissions = [("pause_step", "Can pause and resume a step")]

    def __str__(self) -> str:
        return self.step
