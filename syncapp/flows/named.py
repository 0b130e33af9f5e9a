"""What a person has agreed to already by taking over an installation: no brake counts it once more."""

from __future__ import annotations

from collections.abc import Sequence

from syncapp.flows.differences import Difference
from syncapp.models import Adoption, AdoptionState, Record, Verdict


def but_for_named(found: Sequence[Difference]) -> list[Difference]:
    """Those that the report did not name. It speaks of the first run of an entity, and of no later one."""
    done = Adoption.objects.filter(applied=True, state=AdoptionState.DONE).order_by("-pk").first()
    if done is None or not found:
        return list(found)
    told = done.findings.filter(verdict__in=[Verdict.CHANGES, Verdict.UNPLACED]).exclude(entity_id="")
    named = set(told.values_list("step", "entity_type", "entity_id"))
    places = [(each.step, each.entity_type, each.entity_id) for each in found]
    ids = [entity_id for place in places if place in named for entity_id in place[2:]]
    looked_at = Record.objects.filter(served__gt=0, entity_id__in=ids)
    named -= set(looked_at.values_list("step", "entity_type", "entity_id"))
    return [each for each, place in zip(found, places, strict=True) if place not in named]
