"""A party that is renamed by the hub: EspoCRM sends the hub no event about its own writes."""

from __future__ import annotations

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.planning import Plan
from syncapp.engine.runs.run import Run
from syncapp.events.registry import COLLECTION_SYNC
from syncapp.flows.beteiligte import fields
from syncapp.flows.beteiligte.actions import WriteCrm
from syncapp.models import Record, Urgency


def tell_collection(run: Run, plan: Plan) -> None:
    """Its collection, if it has one, is to bear the new name. Should this get lost, the next comparison finds it."""
    names = {each.name for each in fields.TABLE if each.named}
    renamed = any(isinstance(action, WriteCrm) and names & action.targets.keys() for action in plan.actions)
    if renamed and Record.objects.filter(step=COLLECTION_SYNC, entity_id=run.entity_id).exists():
        target = Target(COLLECTION_SYNC, run.entity_type, run.entity_id)
        sync_requests.request([target], urgency=Urgency.FOLLOW_UP, trace_id=run.trace_id)
