"""The workers' supervisor: what `manage.py worker` becomes when it has checked everything.

It loads what runs are made of, none of the pages, and forks its cluster: all processes share one copy of it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib import import_module

import django

from bitbylaw import loading

JOBS = "syncapp.jobs"
QUERIES = "django.db.models.sql.compiler"  # Django loads it with the first of them
# What a run loads when it first speaks to a system, or reads what stands there; each worker would hold its own.
LARGE = {
    "espocrm": ("syncapp.clients.http.transport",),
    "xai": ("syncapp.clients.http.transport",),
    "advoware": ("syncapp.clients.http.transport", "phonenumbers", "schwifty"),
    "google": ("googleapiclient.discovery", "google.oauth2.service_account", "inscriptis", "lxml.html"),
}


def main(_words: Sequence[str]) -> int:
    django.setup()
    from bitbylaw.logs import tell_of_crashes
    from syncapp.engine.workers import processes
    from syncapp.engine.workers.supervision import Supervisor
    from syncapp.management import crm_needs
    from syncapp.notify import watching

    tell_of_crashes()
    _load()
    loading.end_and_stay()
    processes.aside(crm_needs.warn_at_start)
    telling = threading.Thread(target=watching.watch, name="notify", daemon=True)
    return Supervisor([telling]).run()


def _load() -> None:
    from syncapp.engine.outside import connections
    from syncapp.events import registry

    registry.load_all()
    for module in (JOBS, QUERIES):
        import_module(module)
    for system, modules in LARGE.items():
        if connections.configured(system):
            for module in modules:
                import_module(module)
