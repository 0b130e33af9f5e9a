"""What arrived is read, stored and asked for, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from syncapp.engine.queue.sync_requests import Target
from syncapp.events import bodies, dispatch, storing, topics
from syncapp.events.bodies import Batch, Item, Unreadable
from syncapp.kit import standing
from syncapp.models import InboxMessage, InboxState

log = structlog.get_logger(__name__)

LINK_PATH = "entity"  # the path of link and unlink; their items name their entity types themselves


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that is known to be authentic."""

    path: str
    entity_type: str
    action: str
    sender: str
    body: bytes
    trace_id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told. `new`: distinct entities that were not waiting before."""

    new: int
    total: int
    rejected: list[dict[str, object]]


def receive(arrival: Arrival) -> Receipt:
    """Store the message, its items and their requests. An unreadable body is kept in quarantine; then raises."""
    try:
        batch = read(arrival.path, arrival.entity_type, arrival.body)
    except Unreadable as exc:
        _message(arrival, Batch((), ()), InboxState.QUARANTINED, str(exc)).save(force_insert=True)
        log.warning("webhook.quarantined", path=arrival.path, action=arrival.action, reason=str(exc))
        raise
    message = _message(arrival, batch, InboxState.STORED)
    # That it may happen twice does no harm: it says that something changed, not what.
    new = standing.unasked(lambda: _store(message, batch))
    return Receipt(new, batch.total, message.rejected)


def reprocess(message: InboxMessage) -> int:
    """Read a quarantined message again (the program may have learned to, or an item was mended by hand).

    Returns how many items were accepted. Raises `Unreadable` when it still can't be read.
    """
    batch = read(message.path, message.entity_type, bytes(message.body or b""))
    with transaction.atomic():
        mine = InboxMessage.objects.filter(pk=message.pk, state=InboxState.QUARANTINED).update(
            state=InboxState.REPROCESSED
        )
        if not mine:
            return 0
        message.state = InboxState.REPROCESSED
        message.items_total, message.rejected = batch.total, [row.as_json() for row in batch.rejected]
        _store(message, batch)
    return len(batch.items)


def read(path: str, entity_type: str, body: bytes) -> Batch:
    """A hook for links names entity types itself, as the CRM calls them."""
    if path != LINK_PATH:
        return bodies.entities(body, entity_type)
    batch, names = bodies.links(body), settings.CONFIG.espocrm_names
    items = (replace(item, entity_type=names.our_entity(item.entity_type)) for item in batch.items)
    return replace(batch, items=tuple(items))


def _message(arrival: Arrival, batch: Batch, state: InboxState, reason: str = "") -> InboxMessage:
    return InboxMessage(
        trace_id=arrival.trace_id,
        received_at=timezone.now(),
        path=arrival.path,
        entity_type=arrival.entity_type,
        action=arrival.action,
        sender=arrival.sender,
        state=state,
        reason=reason,
        body=arrival.body,
        size=len(arrival.body),
        items_total=batch.total,
        rejected=[row.as_json() for row in batch.rejected],
    )


def _store(message: InboxMessage, batch: Batch) -> int:
    linked = message.path == LINK_PATH
    action = "update" if linked else message.action
    wanted = {item: _targets(item, action) for item in batch.items}
    # A link moves neither time stamp nor version of its ends, so only a full look can see it.
    return storing.store(message, wanted, full=linked)


def _targets(item: Item, action: str) -> list[Target]:
    return dispatch.targets(topics.topic_of(item.entity_type, action), item.entity_type, [item.entity_id])
