"""The bare view's one table; made by the benchmark itself (`seeding.bench_tables`), never migrated."""

from __future__ import annotations

from django.db import models


class Bare(models.Model):
    received_at = models.DateTimeField()
    body = models.BinaryField()

    class Meta:
        managed = False
        db_table = "bench_bare"

    def __str__(self) -> str:
        return str(self.pk)
