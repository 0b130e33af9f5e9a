"""Which Akte of Advoware the hub knows of a case."""

from __future__ import annotations

from django.db import transaction

from syncapp.models import Reference, ReferenceKind, SystemName


def remember(entity_type: str, entity_id: str, akte_id: str) -> None:
    """The case has this Akte and no other; "" for none."""
    rows = Reference.objects.filter(
        entity_type=entity_type, entity_id=entity_id, system=SystemName.ADVOWARE, kind=ReferenceKind.MATTER
    )
    with transaction.atomic():
        rows.exclude(remote_id=akte_id).delete()
        if akte_id:
            Reference.objects.get_or_create(
                entity_type=entity_type,
                entity_id=entity_id,
                system=SystemName.ADVOWARE,
                kind=ReferenceKind.MATTER,
                remote_id=akte_id,
                container_id="",
            )
