"""Writes a message with its items and counts its requests.

PostgreSQL takes all of it in one statement, which is a transaction of its own: one way there and back for a webhook.
SQLite has no statements within statements and no way to go; there it is one short transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, transaction

from syncapp.engine.queue import enqueue, sync_requests
from syncapp.engine.queue.sync_requests import SyncRequest, Target
from syncapp.events.bodies import Item
from syncapp.kit import plain_sql
from syncapp.models import InboxMessage, Urgency

Wanted = Mapping[Item, Sequence[Target]]  # none: what no flow runs on yet is recorded, without a record

_MESSAGE = (
    *("trace_id", "received_at", "path", "entity_type", "action", "sender", "state", "reason"),
    *("body", "size", "items_total", "rejected", "items_new"),
)
_ITEM = ("message_id", "position", "entity_type", "entity_id", "record_id", "request_number")


def store(message: InboxMessage, wanted: Wanted, *, full: bool) -> int:
    """How many distinct entities were not waiting before; what no flow runs on yet is new each time it comes."""
    if connection.vendor == "postgresql" and message._state.adding and any(wanted.values()):
        return _at_once(message, wanted, full)
    with transaction.atomic():
        return _one_by_one(message, wanted, full)


def _one_by_one(message: InboxMessage, wanted: Wanted, full: bool) -> int:
    counted = sync_requests.request(_targets(wanted), urgency=Urgency.EVENT, trace_id=message.trace_id, full=full)
    by_target = {each.target: each for each in counted}
    message.items_new = _new(counted) + _without_flow(wanted)
    if message._state.adding:
        message.pk = plain_sql.insert_one("syncapp_inboxmessage", _MESSAGE, _row(message))
    else:
        message.save()
    rows = []
    for item, targets in wanted.items():
        first = by_target[targets[0]] if targets else None
        asked = (first.pk, first.number) if first else (None, None)
        rows.append((message.pk, item.position, item.entity_type, item.entity_id, *asked))
    plain_sql.insert("syncapp_inboxitem", _ITEM, rows)
    return message.items_new


def _at_once(message: InboxMessage, wanted: Wanted, full: bool) -> int:
    counting, asked = sync_requests.counting(
        sorted(_targets(wanted)), urgency=Urgency.EVENT, trace_id=message.trace_id, full=full
    )
    message.items_new = _without_flow(wanted)
    rows = [
        (number, item.position, item.entity_type, item.entity_id, targets[0].step if targets else None)
        for number, (item, targets) in enumerate(wanted.items())
    ]
    parameters = [*asked, *_row(message), plain_sql.as_table(rows)]
    counted = sync_requests.counted(plain_sql.answer(_statement(counting), parameters))
    enqueue.send(((each.pk, each.target.step) for each in counted if each.new), answered_first=True)
    message.items_new += _new(counted)
    return message.items_new


@cache
def _statement(counting: str) -> str:
    """`counting` answers in the end, as it would alone."""
    values = ", ".join(["%s"] * len(_MESSAGE))
    items = plain_sql.table("wanted", number="int", position="int", entity_type="text", entity_id="text", step="text")
    return f"""
WITH counted AS ({counting}),
message AS (
  INSERT INTO syncapp_inboxmessage ({", ".join(_MESSAGE)})
  SELECT {values} + count(DISTINCT (entity_type, entity_id)) FROM counted WHERE fresh
  RETURNING id
),
items AS (
  INSERT INTO syncapp_inboxitem ({", ".join(_ITEM)})
  SELECT message.id, wanted.position, wanted.entity_type, wanted.entity_id, counted.id, counted.requested
  FROM message CROSS JOIN {items} LEFT JOIN counted USING (step, entity_type, entity_id)
  ORDER BY wanted.number
)
SELECT * FROM counted
"""  # noqa: S608  our own names


def _targets(wanted: Wanted) -> set[Target]:
    return {target for targets in wanted.values() for target in targets}


def _new(counted: Iterable[SyncRequest]) -> int:
    return len({(each.target.entity_type, each.target.entity_id) for each in counted if each.new})


def _without_flow(wanted: Wanted) -> int:
    return len({(item.entity_type, item.entity_id) for item, targets in wanted.items() if not targets})


def _row(message: InboxMessage) -> tuple[Any, ...]:
    return tuple(getattr(message, name) for name in _MESSAGE)
