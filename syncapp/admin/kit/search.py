"""Finding records by what staff have at hand: an id, an address copied from the CRM, an id at xAI, a trace."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from syncapp.events import registry
from syncapp.models import Attempt, InboxItem, Record, Reference, ReferenceKind, SystemName

ENOUGH = 200  # matches of an id outside or of a trace


def found_by(records: QuerySet[Record], term: str) -> QuerySet[Record]:
    """Exact matches only, each through an index: a search for parts of an id would read every row."""
    word = last_part(term)
    wanted = Q(entity_type__in=entity_types(), entity_id=word)
    references = Reference.objects.filter(
        system__in=SystemName.values, kind__in=ReferenceKind.values, remote_id=word
    ).values_list("entity_type", "entity_id")[:ENOUGH]
    for entity_type, entity_id in references:
        wanted |= Q(entity_type=entity_type, entity_id=entity_id)
    traced = {
        *Attempt.objects.filter(trace_id=word).values_list("record", flat=True)[:ENOUGH],
        *InboxItem.objects.filter(message__trace_id=word, record__isnull=False).values_list("record", flat=True)[
            :ENOUGH
        ],
    }
    if traced:
        wanted |= Q(pk__in=traced)
    return records.filter(wanted)


def last_part(term: str) -> str:
    """The id at the end of an address that was copied; an id alone stays as it is."""
    return term.strip().rstrip("/").rpartition("/")[2]


def entity_types() -> list[str]:
    return sorted({kind for spec in registry.runnable() for kind in registry.works_on(spec)})
