from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncAppConfig(AppConfig):
    name = "syncapp"
    verbose_name = _("Synchronisation")

    def ready(self) -> None:
        from syncapp import checks  # noqa: F401  (registers the system checks)
        from syncapp.engine.workers import canary

        canary.connect()
