"""What an entity stands beside: its Akte, its case and its collection lead to each other, and to their documents.

Only what the hub has recorded: the references of both have one id of another system in common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from syncapp.admin.kit.needs import of_entities
from syncapp.models import Record, Reference, ReferenceKind

SHOWN = 20
MOST_HELD = 300  # of what was searched for: the newest
# What leads on to others: a collection holds documents, an Akte has cases, a party has accounts.
HOLDERS = {
    ReferenceKind.COLLECTION: ReferenceKind.MEMBERSHIP,
    ReferenceKind.PARTY: ReferenceKind.BANK_ACCOUNT,
}
OWN = (ReferenceKind.COLLECTION, ReferenceKind.MATTER, ReferenceKind.PARTY, ReferenceKind.BANK_ACCOUNT)


@dataclass(slots=True)
class Neighbour:
    """`references`: what is known of it in other systems. `record`: one of its own, where the hub has any."""

    entity_type: str
    entity_id: str
    references: list[Reference] = field(default_factory=list)
    record: Record | None = None


def neighbours(record: Record, references: Iterable[Reference]) -> tuple[list[Neighbour], bool]:
    """At most `SHOWN`, those first that hold others, and whether there are more."""
    shared = Q()
    for mine in references:
        shared |= _sharing(mine)
    if not shared:
        return [], False
    rows = Reference.objects.filter(shared).exclude(entity_type=record.entity_type, entity_id=record.entity_id)
    # Few hold many: whoever holds comes first, and is never beyond the limit.
    holding = rows.filter(kind__in=(*HOLDERS, ReferenceKind.MATTER)).order_by("pk")[:SHOWN]
    held = rows.exclude(kind__in=(*HOLDERS, ReferenceKind.MATTER)).order_by("-pk")[: SHOWN + 1]
    found: dict[tuple[str, str], Neighbour] = {}
    for row in (*holding, *held):
        found.setdefault((row.entity_type, row.entity_id), Neighbour(row.entity_type, row.entity_id))
    shown = dict(list(found.items())[:SHOWN])
    _fill(shown)
    return list(shown.values()), len(found) > SHOWN


def _sharing(mine: Reference) -> Q:
    """The references of others that have the same in another system."""
    kind = ReferenceKind(mine.kind)
    if kind is ReferenceKind.MATTER:
        return Q(system=mine.system, kind=kind, remote_id=mine.remote_id)
    if kind in HOLDERS:
        return Q(system=mine.system, kind=HOLDERS[kind], container_id=mine.remote_id)
    holder = next((each for each, held in HOLDERS.items() if held == kind), None)
    return Q(system=mine.system, kind=holder, remote_id=mine.container_id) if holder and mine.container_id else Q()


def with_what_they_hold(keys: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """These entities, and what the hub knows them to hold: documents in their collections, accounts of parties."""
    held = Q(pk__in=())
    for mine in Reference.objects.filter(of_entities(keys), kind__in=tuple(HOLDERS)):
        held |= _sharing(mine)
    rows = Reference.objects.filter(held).order_by("-pk").values_list("entity_type", "entity_id")[:MOST_HELD]
    return list(dict.fromkeys([*keys, *rows]))


def _fill(found: dict[tuple[str, str], Neighbour]) -> None:
    for row in Reference.objects.filter(of_entities(found), kind__in=OWN).order_by("system", "kind", "pk"):
        found[row.entity_type, row.entity_id].references.append(row)
    for record in Record.objects.filter(of_entities(found)).order_by("pk"):
        neighbour = found[record.entity_type, record.entity_id]
        neighbour.record = neighbour.record or record
