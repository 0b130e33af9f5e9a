"""Failures grouped by cause: the same step, system and reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from syncapp.admin.kit.numbers import NEEDS_A_PERSON, records_url
from syncapp.models import Record, SystemName
from syncapp.templatetags.hub import step_name
from syncapp.words.reason_words import reason_in_words


@dataclass(frozen=True, slots=True)
class Cause:
    """Failures with the same step, system and reason."""

    step: str
    system: str
    reason: str
    count: int
    first_at: datetime
    last_at: datetime

    @property
    def words(self) -> str:
        return reason_in_words(self.reason)

    @property
    def step_words(self) -> str:
        return step_name(self.step)

    @property
    def system_words(self) -> str:
        return str(SystemName(self.system).label) if self.system in SystemName.values else ""

    @property
    def url(self) -> str:
        return records_url(step=self.step, reason=self.reason, status="open", system=self.system or "none")


def causes(limit: int = 100) -> list[Cause]:
    """What needs a person, grouped; the cause seen last comes first."""
    rows = (
        Record.objects.filter(status__in=NEEDS_A_PERSON)
        .order_by()
        .values_list("step", "system", "reason")
        .annotate(count=Count("pk"), first=Min("changed_at"), last=Max("changed_at"))
        .order_by("-last")[:limit]
    )
    return [Cause(*row) for row in rows]
