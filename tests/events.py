"""What a webhook leaves behind and a comparison finds, for tests: through the register, as the real ones."""

from __future__ import annotations

from syncapp.engine.queue import enqueue, sync_requests
from syncapp.events import dispatch, registry
from syncapp.events.topics import topic_of
from syncapp.flows.comparing import scans
from syncapp.flows.differences import Difference
from syncapp.models import Urgency


def happened(kind: str, entity_id: str, *, full: bool = False, topic: str = "", trace_id: str = "test") -> None:
    """A change of the entity; whoever subscribes to its topic is asked."""
    targets = dispatch.targets(topic or topic_of(kind, "update"), kind, [entity_id])
    sync_requests.request(targets, urgency=Urgency.EVENT, full=full, trace_id=trace_id)


def carried() -> None:
    """Waits until the queue has what a webhook leaves to a thread that carries it after the answer."""
    enqueue._beside._thread.submit(lambda: None).result(10)


def found_by(comparison: str) -> list[Difference]:
    """What it would find now; nothing is asked for."""
    (compared,) = (each for each in registry.comparisons() if each.name == comparison)
    return scans.differences(compared, lambda _more: None)
