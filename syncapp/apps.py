from importlib import import_module
from pathlib import Path

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

FLOWS = Path(__file__).parent / "flows"


class SyncAppConfig(AppConfig):
    name = "syncapp"
    verbose_name = _("Synchronisation")

    def ready(self) -> None:
        from syncapp import checks, jobs  # noqa: F401  (checks registers the system checks)
        from syncapp.engine.workers import canary
        from syncapp.events import registry

        canary.connect()
        _declare_fields()
        for spec in registry.runnable():
            jobs.engine_step(spec.name)  # what one process has planned another one shows: it must know all kinds


def _declare_fields() -> None:
    """Every flow that has fields to show has a module of that name."""
    from syncapp.words import field_words

    for path in sorted(FLOWS.glob("*/fields.py")):
        field_words.declare(import_module(f"syncapp.flows.{path.parent.name}.fields").labels)
