"""What a webhook leaves behind, for tests: through the register, as the real ones."""

from __future__ import annotations

from syncapp.engine.queue import sync_requests
from syncapp.events import dispatch
from syncapp.events.topics import topic_of
from syncapp.models import Urgency


def happened(kind: str, entity_id: str, *, full: bool = False, topic: str = "", trace_id: str = "test") -> None:
    """A change of the entity; whoever subscribes to its topic is asked."""
    targets = dispatch.targets(topic or topic_of(kind, "update"), kind, [entity_id])
    sync_requests.request(targets, urgency=Urgency.EVENT, full=full, trace_id=trace_id)
