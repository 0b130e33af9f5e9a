"""From an event to requests: who subscribes to the topic gets one request for the entity."""

from __future__ import annotations

from collections.abc import Iterable

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import SyncRequest, Target
from syncapp.events import registry
from syncapp.models import Urgency


def targets(topic: str, entity_type: str, entity_ids: Iterable[str]) -> list[Target]:
    """What a topic means for these entities; empty when nothing runs on it (yet)."""
    steps = registry.subscribers(topic)
    return [Target(step, entity_type, entity_id) for entity_id in entity_ids for step in steps]


def emit(
    topic: str,
    entity_type: str,
    entity_ids: Iterable[str],
    *,
    urgency: Urgency = Urgency.FOLLOW_UP,
    trace_id: str = "",
    full: bool = False,
) -> list[SyncRequest]:
    """Leave the requests of an event that the hub itself makes."""
    return sync_requests.request(targets(topic, entity_type, entity_ids), urgency=urgency, trace_id=trace_id, full=full)
