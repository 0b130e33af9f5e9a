"""Which systems may be written to when parties and bank accounts are synced: the switches of the settings."""

from __future__ import annotations

from django.conf import settings

from syncapp.models import SystemName


def writable() -> frozenset[str]:
    config = settings.CONFIG
    allowed = {
        SystemName.ADVOWARE: config.ADVOWARE_WRITE_ENABLED,
        SystemName.ESPOCRM: config.ADVOWARE_TO_ESPOCRM_ENABLED,
    }
    return frozenset(str(system) for system, on in allowed.items() if on)
