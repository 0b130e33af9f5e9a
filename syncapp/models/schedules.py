"""What became of scheduled jobs; when they run is in the queue's own table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """How a scheduled job stands; reckoned from its row, its last run and the time (`engine.workers.scheduled`)."""

    OFF = "off", _("switched off")
    NEW = "new", _("has not run yet")
    RUNNING = "running", _("running")
    GOOD = "good", _("went well")
    FAILED = "failed", _("failed")
    ENDED = "ended", _("was ended before it was done")
    LATE = "late", _("did not run when it should")


class ScheduledJob(models.Model):
    """The last run of a job. `ended_at` is earlier than `started_at` while it runs, or if it never came to its end."""

    name = models.CharField(_("job"), max_length=100, primary_key=True)
    since = models.DateTimeField()  # from then on it is expected to run
    started_at = models.DateTimeField(_("last run"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    milliseconds = models.PositiveBigIntegerField(_("took"), default=0)
    good_at = models.DateTimeField(_("last time it went well"), null=True, blank=True)
    failing_since = models.DateTimeField(_("fails since"), null=True, blank=True)

    class Meta:
        verbose_name = _("scheduled job")
        verbose_name_plural = _("scheduled jobs")

    def __str__(self) -> str:
        return self.name


class ScheduledFailure(models.Model):
    """One run that failed. `error`: kind and places, never the error's message; empty: nobody heard of its end."""

    job = models.CharField(_("job"), max_length=100)
    started_at = models.DateTimeField(_("started"))
    milliseconds = models.PositiveBigIntegerField(_("took"), default=0)
    error = models.TextField(_("error"), blank=True, default="")

    class Meta:
        verbose_name = _("failed run of a scheduled job")
        verbose_name_plural = _("failed runs of scheduled jobs")
        indexes = [models.Index(fields=["job", "-started_at"], name="failure_of_job")]

    def __str__(self) -> str:
        return f"{self.job} {self.started_at:%Y-%m-%d %H:%M}"
