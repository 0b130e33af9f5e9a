"""Steps and what starts them, for programs: what is declared, and beside it what the queue's table really has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django_q.models import Schedule as Row

from bitbylaw.version import VERSION
from syncapp.engine.workers.scheduled import SWITCHED_OFF
from syncapp.events import registry
from syncapp.events.spec import Kind, Schedule, StepSpec
from syncapp.programs.telling import moment
from syncapp.schedules import row_name, schedules


def told() -> dict[str, Any]:
    every = schedules()
    return {
        "version": VERSION,
        "steps": [_step(spec, every) for spec in registry.steps()],
        "schedules": [_schedule(each, row) for each, row in _installed(every)],
    }


def longest_run(spec: StepSpec) -> int | None:
    """Seconds after which the queue ends a run. None: nothing runs here."""
    return min(spec.timeout or _longest(), _longest()) if spec.runs else None


def _longest() -> int:
    return int(settings.Q_CLUSTER["timeout"])


def _step(spec: StepSpec, every: Sequence[Schedule]) -> dict[str, Any]:
    triggers = [{"kind": each.kind.value, "value": each.value} for each in spec.triggers if each.kind is not Kind.CRON]
    started_by = [
        {"kind": "schedule", "value": each.timing, "schedule": each.name} for each in every if spec.name in each.starts
    ]
    return {
        "name": spec.name,
        "title": str(spec.title or ""),
        "description": str(spec.description),
        "flows": list(registry.flows_of(spec)),
        "triggers": triggers + started_by,
        "emits": list(spec.emits),
        "runs": spec.runs,
        "systems": list(spec.systems),
        "works_on": [settings.CONFIG.espocrm_names.entity(kind) for kind in registry.works_on(spec)],
        "switched_on": not spec.only_if or bool(getattr(settings.CONFIG, spec.only_if)),
        "timeout_seconds": longest_run(spec),
    }


def _installed(every: Sequence[Schedule]) -> list[tuple[Schedule, Row | None]]:
    names = [row_name(each) for each in every]
    rows = {row.name: row for row in Row.objects.filter(name__in=names).order_by("-pk")}
    return [(each, rows.get(row_name(each))) for each in every]


def _schedule(each: Schedule, row: Row | None) -> dict[str, Any]:
    return {
        "name": each.name,
        "description": str(each.description),
        "cron": (row.cron if row else each.cron) or "",
        "minutes": (row.minutes if row else each.minutes) or None,
        "time_zone": settings.TIME_ZONE,
        "starts": list(each.starts),
        "emits": list(each.emits),
        "timeout_seconds": each.timeout or _longest(),
        "installed": row is not None,
        "switched_on": row is not None and row.repeats != SWITCHED_OFF,
        "next_run": moment(row.next_run) if row and row.repeats != SWITCHED_OFF else None,
    }
