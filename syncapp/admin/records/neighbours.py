"""What an entity stands beside: its Akte, its case and its collection lead to each other, and to their documents.

Only what the hub has recorded: the references of both have one id of another system in common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.urls import reverse

from syncapp.admin.kit.needs import Key, of_entities
from syncapp.admin.kit.views import ids
from syncapp.models import CalendarEmployee, Record, Reference, ReferenceKind, Task

SHOWN = 20
EMPLOYEE, TASK = "Mitarbeiter", "Task"  # entities that are rows of the hub's own
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
    if (same := _same(mine)) is None:
        return Q()
    system, kind, column, value = same
    return Q(**{"system": system, "kind": kind, column: value})


def _same(mine: Reference) -> tuple[str, str, str, str] | None:
    """System, kind, column and value by which the references of others are known that belong to this one."""
    if mine.kind not in ReferenceKind:  # of a newer version
        return None
    kind = ReferenceKind(mine.kind)
    if kind is ReferenceKind.MATTER:
        return mine.system, kind, "remote_id", mine.remote_id
    if kind in HOLDERS:
        return mine.system, HOLDERS[kind], "container_id", mine.remote_id
    holder = next((each for each, held in HOLDERS.items() if held == kind), None)
    return (mine.system, holder, "remote_id", mine.container_id) if holder and mine.container_id else None


def beside(keys: Collection[Key]) -> dict[Key, list[Key]]:
    """What belongs to each of these, for many at once: those first that hold others. Of very many some."""
    wanted: dict[tuple[str, str, str, str], list[Key]] = {}
    for mine in Reference.objects.filter(of_entities(keys)).exclude(kind=ReferenceKind.FILE):
        if same := _same(mine):
            wanted.setdefault(same, []).append((mine.entity_type, mine.entity_id))
    found: dict[Key, list[Key]] = {key: [] for key in keys}
    shared = Q(pk__in=())
    for system, kind, column, value in wanted:
        shared |= Q(**{"system": system, "kind": kind, column: value})
    rows = Reference.objects.filter(shared)
    holding = rows.filter(kind__in=(*HOLDERS, ReferenceKind.MATTER)).order_by("pk")[:MOST_HELD]
    held = rows.exclude(kind__in=(*HOLDERS, ReferenceKind.MATTER)).order_by("-pk")[:MOST_HELD]
    for row in (*holding, *held):
        other = (row.entity_type, row.entity_id)
        for column in ("remote_id", "container_id"):
            for key in wanted.get((row.system, row.kind, column, getattr(row, column)), ()):
                if other != key and other not in found[key]:
                    found[key].append(other)
    return found


def with_what_they_hold(keys: Collection[Key]) -> list[Key]:
    """These entities, and what the hub knows them to hold: documents in their collections, accounts of parties."""
    held = Q(pk__in=())
    for mine in Reference.objects.filter(of_entities(keys), kind__in=tuple(HOLDERS)):
        held |= _sharing(mine)
    rows = Reference.objects.filter(held).order_by("-pk").values_list("entity_type", "entity_id")[:MOST_HELD]
    return list(dict.fromkeys([*keys, *rows]))


def own_page(record: Record) -> str:
    """Where the hub has more about what only it, or another system than the CRM, has; empty: here is all."""
    if record.entity_type == EMPLOYEE and CalendarEmployee.objects.filter(pk=record.entity_id).exists():
        return reverse("admin:syncapp_calendaremployee_change", args=[record.entity_id])
    if record.entity_type == TASK and Task.objects.filter(pk__in=ids([record.entity_id])).exists():
        return reverse("admin:syncapp_task_change", args=[record.entity_id])
    return ""


def _fill(found: dict[tuple[str, str], Neighbour]) -> None:
    for row in Reference.objects.filter(of_entities(found), kind__in=OWN).order_by("system", "kind", "pk"):
        found[row.entity_type, row.entity_id].references.append(row)
    for record in Record.objects.filter(of_entities(found)).order_by("pk"):
        neighbour = found[record.entity_type, record.entity_id]
        neighbour.record = neighbour.record or record
