"""Django system checks: every fault of the installation in one list, before anything runs.

Errors stop every command and both kinds of processes; warnings and notes are shown by `manage.py check`. That all which
is declared can be loaded is looked at by who loads it anyway (`check`, `migrate`, `setup_schedules`, `run`, `worker`):
a command that does something small would spend most of its time on it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import checks

from bitbylaw import environment
from syncapp.checks import entities, files, installation, scheduling, steps, systems
from syncapp.clients.espocrm import FIELDS
from syncapp.events import registry
from syncapp.models import SystemName
from syncapp.schedules import schedules

HUB = "hub"  # all of them
INSTALLATION = "installation"  # what can be told without loading any flow


@checks.register(HUB, INSTALLATION)
def check_steps(**_: Any) -> list[checks.CheckMessage]:
    """Every topic has a step, every step what it needs."""
    return [
        *steps.declared(registry.register(), systems=SystemName.values, longest=settings.CONFIG.QUEUE_TIMEOUT_SECONDS),
        *entities.faults(settings.CONFIG, FIELDS.document_entity),
    ]


@checks.register(HUB, INSTALLATION)
def check_schedules(**_: Any) -> list[checks.CheckMessage]:
    """Every schedule has times that can be read, and starts steps that there are."""
    return [*scheduling.declared(schedules(), {spec.name for spec in registry.runnable()})]


@checks.register(HUB)
def check_what_runs(**_: Any) -> list[checks.CheckMessage]:
    """Every step has a flow that can be run, every schedule and comparison a function that can be called."""
    called = (*scheduling.loaded(schedules()), *scheduling.of_comparisons(registry.comparisons()))
    return [*steps.loaded(registry.register()), *called]


@checks.register(HUB)
def check_pages(**_: Any) -> list[checks.CheckMessage]:
    """The pages find the files that they are made with."""
    return [*files.of_pages(staticfiles_storage)]


@checks.register(HUB, INSTALLATION)
def check_settings(**_: Any) -> list[checks.CheckMessage]:
    """The settings fit together; what is not configured is said, with what it switches off."""
    named = installation.of_names(environment.misspelt())
    read = files.faults(settings.CONFIG, settings.DATABASES, environment.file())
    return [*named, *installation.faults(settings), *read, *systems.switched_off(settings.CONFIG, registry.steps())]
