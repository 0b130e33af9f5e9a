"""Rows by which the machinery works: locks, cursors, comparisons, workers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Lock(models.Model):
    """A lock on what several records share, where there is no Redis; a run's `token` is its claim."""

    key = models.CharField(_("key"), max_length=200, primary_key=True)
    token = models.CharField(max_length=64)
    owner = models.CharField(_("owner"), max_length=100, blank=True, default="")
    acquired_at = models.DateTimeField(_("held since"))
    expires_at = models.DateTimeField(_("ends by itself"))

    class Meta:
        verbose_name = _("lock")
        verbose_name_plural = _("locks")

    def __str__(self) -> str:
        return self.key


class QuotaBucket(models.Model):
    """How far a limit of requests a minute is used up, where there is no Redis to count it."""

    name = models.CharField(max_length=80, primary_key=True)
    full_at = models.BigIntegerField()  # microseconds since 1970

    class Meta:
        verbose_name = _("quota bucket")
        verbose_name_plural = _("quota buckets")

    def __str__(self) -> str:
        return self.name


class Cursor(models.Model):
    """Up to which moment a comparison has seen the changes of a system."""

    name = models.CharField(max_length=100, primary_key=True)
    position = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("cursor")
        verbose_name_plural = _("cursors")

    def __str__(self) -> str:
        return self.name


class ScanState(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped: a person must confirm")
    FAILED = "failed", _("failed")


class ScanRun(models.Model):
    """One comparison: what was looked at and what differed."""

    scan = models.CharField(_("comparison"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=ScanState.choices, default=ScanState.RUNNING)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, db_index=True)
    seen = models.PositiveIntegerField(_("looked at"), default=0)
    differing = models.PositiveIntegerField(_("differing"), default=0)
    requested = models.PositiveIntegerField(_("asked to sync"), default=0)
    orphans = models.PositiveIntegerField(_("orphans"), default=0)
    detail = models.CharField(_("detail"), max_length=300, blank=True, default="")
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # Why it ended so, as `kit.phrases` stores it; `detail` is what a client said, and rows from before 1.0.
    note: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # Its first outside calls, as an attempt keeps them, but without paths; how many there were is in `calls_total`.
    calls: models.JSONField[Any, Any] = models.JSONField(_("outside calls"), default=list, blank=True)
    calls_total = models.PositiveIntegerField(_("outside calls"), default=0, db_default=0)

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        permissions = [("confirm_scanrun", "Can confirm a stopped comparison")]

    def __str__(self) -> str:
        return f"{self.scan} {timezone.localtime(self.started_at):%Y-%m-%d %H:%M}"

    @classmethod
    def waiting(cls) -> models.QuerySet[ScanRun]:
        """Those that wait for a person's yes. A later one that came to its end holds instead, whatever it found."""
        ended = [ScanState.DONE, ScanState.STOPPED]
        later = cls.objects.filter(scan=models.OuterRef("scan"), pk__gt=models.OuterRef("pk"), state__in=ended)
        return cls.objects.filter(~models.Exists(later), state=ScanState.STOPPED)


class Worker(models.Model):
    """A cluster of worker processes; `beat_at` moves only by finished or ongoing work, not by being alive."""

    name = models.CharField(_("worker"), max_length=100, primary_key=True)
    started_at = models.DateTimeField(_("started"))
    beat_at = models.DateTimeField(_("last proof of work"), null=True, blank=True)
    restarts = models.PositiveIntegerField(_("restarts"), default=0)
    restart_reason = models.CharField(_("last restart because"), max_length=200, blank=True, default="")
    restarted_at = models.DateTimeField(_("last restart"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name
