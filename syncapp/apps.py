from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SyncAppConfig(AppConfig):
    name = "syncapp"
    verbose_name = _("Synchronisation")

    def ready(self) -> None:
        from syncapp import checks  # noqa: F401  (registers the system checks)
        from syncapp.engine.queue import enqueue
        from syncapp.engine.workers import heartbeat
        from syncapp.events import registry
        from syncapp.kit import phrases
        from syncapp.upkeep import staff_groups
        from syncapp.words import field_words, journal_words, reason_words

        heartbeat.connect()
        post_migrate.connect(staff_groups.restore, sender=self, dispatch_uid="staff_groups")
        # What stands below the register gets from it what flows have declared.
        enqueue.runnable = registry.names
        enqueue.timeouts = registry.timeouts
        field_words.declared = registry.fields
        reason_words.declared = registry.reasons
        phrases.load_all = journal_words.load_all = registry.load_all
