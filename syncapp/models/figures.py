"""What happened, summed up: a few rows an hour, however much it was. No ids, no names of anybody."""

from __future__ import annotations

from typing import Any

from django.db import models


class Span(models.TextChoices):
    HOUR = "hour"
    DAY = "day"  # of the firm's time zone: as many hours as the day has


class About(models.TextChoices):
    EVERYTHING = "all"  # one row for each hour that was summed, also when nothing happened
    STEP = "step"
    SYSTEM = "system"
    COMPARISON = "comparison"


class Figures(models.Model):
    """The sums of one hour or day about one thing, made by `upkeep.summing` from the tables that are the truth."""

    span = models.CharField(max_length=4, choices=Span.choices)
    begins_at = models.DateTimeField()
    about = models.CharField(max_length=10, choices=About.choices)
    name = models.CharField(max_length=64, blank=True, default="")  # of the step, system or comparison
    # {what: how many}; durations as `kit.spreads`, so that everything can be added.
    sums: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(name="figures_once", fields=["span", "begins_at", "about", "name"])]

    def __str__(self) -> str:
        return f"{self.span} {self.begins_at:%Y-%m-%dT%H} {self.about} {self.name}"
