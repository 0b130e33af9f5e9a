"""Django system checks: every fault of the installation in one list, before anything runs.

Errors stop every command and both kinds of processes; warnings and notes are shown by `manage.py check`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from bitbylaw import environment
from syncapp.checks import entities, files, installation, scheduling, steps, systems
from syncapp.clients.espocrm import FIELDS
from syncapp.events import registry
from syncapp.models import SystemName
from syncapp.schedules import schedules


@checks.register("hub")
def check_steps(**_: Any) -> list[checks.CheckMessage]:
    """Every topic has a step, every step a flow that can be run."""
    return [
        *steps.faults(registry.register(), systems=SystemName.values, longest=settings.CONFIG.QUEUE_TIMEOUT_SECONDS),
        *entities.faults(settings.CONFIG, FIELDS.document_entity),
    ]


@checks.register("hub")
def check_schedules(**_: Any) -> list[checks.CheckMessage]:
    """Every schedule and comparison has a function that can be called, at times that can be read."""
    found = scheduling.faults(schedules(), {spec.name for spec in registry.runnable()})
    return [*found, *scheduling.of_comparisons(registry.comparisons())]


@checks.register("hub")
def check_settings(**_: Any) -> list[checks.CheckMessage]:
    """The settings fit together; what is not configured is said, with what it switches off."""
    named = installation.of_names(environment.misspelt())
    read = files.faults(settings.CONFIG, settings.DATABASES, environment.file())
    return [*named, *installation.faults(settings), *read, *systems.switched_off(settings.CONFIG, registry.steps())]
