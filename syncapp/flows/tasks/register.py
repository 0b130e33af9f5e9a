"""What of our tasks the CRM was given, and under which id."""

from __future__ import annotations

from collections.abc import Iterable

from syncapp.clients.espocrm import FIELDS
from syncapp.flows.tasks.mapping import Show, Shown
from syncapp.models import Reference, ReferenceKind, SystemName
from syncapp.people.tasks import ENTITY


def shown(number: int) -> Shown | None:
    rows = Reference.objects.filter(system=SystemName.ESPOCRM, kind=ReferenceKind.TASK, entity_type=ENTITY)
    row = rows.filter(entity_id=str(number)).order_by("pk").first()
    return Shown(row.remote_id, Show(row.data["as"])) if row is not None else None


def known(ids: Iterable[str]) -> frozenset[str]:
    """Those of the CRM's tasks that show one of ours."""
    rows = Reference.objects.filter(system=SystemName.ESPOCRM, kind=ReferenceKind.TASK, remote_id__in=list(ids))
    return frozenset(rows.values_list("remote_id", flat=True))


def remember(number: int, given: Shown) -> None:
    Reference.objects.get_or_create(
        entity_type=ENTITY,
        entity_id=str(number),
        system=SystemName.ESPOCRM,
        kind=ReferenceKind.TASK,
        remote_id=given.id,
        container_id="",
        defaults={"data": {"as": str(given.kind)}},
    )


def party_with(number: str) -> str:
    """The party of the CRM that has this number in Advoware, as the hub knows it; "" for none."""
    parties = Reference.objects.filter(
        system=SystemName.ADVOWARE, kind=ReferenceKind.PARTY, entity_type=FIELDS.party_entity
    )
    row = parties.filter(remote_id=number).order_by("-pk").first() if number else None
    return row.entity_id if row is not None else ""
