"""From an event to requests: who subscribes to the topic gets one request for the entity."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from django.db.models import QuerySet

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import SyncRequest, Target
from syncapp.events import registry
from syncapp.models import Record, Urgency

log = structlog.get_logger(__name__)


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
    """Leave the requests of an event that the hub itself makes: the one way in which steps wake each other."""
    _watch(topic)
    return sync_requests.request(targets(topic, entity_type, entity_ids), urgency=urgency, trace_id=trace_id, full=full)


def records(topic: str, entity_type: str, entity_id: str) -> QuerySet[Record]:
    """The records that the topic would ask for this entity."""
    return Record.objects.filter(step__in=registry.subscribers(topic), entity_type=entity_type, entity_id=entity_id)


def _watch(topic: str) -> None:
    """The picture, `manage.py steps` and the checks are only true as long as nothing else is emitted than declared."""
    running = str(structlog.contextvars.get_contextvars().get("step", ""))
    if topic not in registry.emitted(running):
        undeclared(topic, running)


def undeclared(topic: str, step: str) -> None:
    """A fault of the program, not of the event, so that goes its way. `step` "": outside of a run."""
    log.error("event.undeclared", topic=topic, step=step)
