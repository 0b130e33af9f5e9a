"""`/api/v1/`: how an entity stands, what is open, retry, sync now."""

from __future__ import annotations

from typing import Any

from syncapp.programs import acting, machinery, opened, telling
from syncapp.programs.door import POST, HubDoor
from syncapp.programs.entities import Entity, entity_of, known_records, record_of

Answer = tuple[int, dict[str, Any]]


class _OfEntity(HubDoor):
    does = ""

    @property
    def entity(self) -> Entity:
        return entity_of(self.kwargs["entity_type"], self.kwargs["entity_id"])

    def place(self) -> str:
        entity = self.entity
        return "/".join(filter(None, ("entities", entity.kind, entity.id, self.does)))


class EntityView(_OfEntity):
    def answer(self) -> Answer:
        return 200, telling.entity(self.entity, known_records(self.entity))


class SyncView(_OfEntity):
    takes, does = POST, "sync"

    def answer(self) -> Answer:
        return acting.sync_now(self.entity, self.caller, self.trace_id)


class RetryView(_OfEntity):
    takes, does = POST, "retry"

    def answer(self) -> Answer:
        entity = self.entity
        return acting.try_again(known_records(entity), (entity.kind, entity.id), self.caller, self.trace_id)


class _OfRecord(HubDoor):
    does = ""

    def place(self) -> str:
        return "/".join(filter(None, ("records", str(record_of(self.kwargs["number"]).pk), self.does)))


class RecordView(_OfRecord):
    def answer(self) -> Answer:
        return 200, telling.records([record_of(self.kwargs["number"])])[0]


class RecordRetryView(_OfRecord):
    takes, does = POST, "retry"

    def answer(self) -> Answer:
        record = record_of(self.kwargs["number"])
        return acting.try_again([record], ("Record", record.pk), self.caller, self.trace_id)


class StepsView(HubDoor):
    def place(self) -> str:
        return "steps"

    def answer(self) -> Answer:
        return 200, machinery.told()


class OpenView(HubDoor):
    parameters = opened.PARAMETERS

    def place(self) -> str:
        return "open"

    def answer(self) -> Answer:
        found, last = opened.found(opened.asked(self.request.query_params))
        told = telling.records([row for row, _kinds in found])
        items = [{**body, "open": kinds} for body, (_row, kinds) in zip(told, found, strict=True)]
        return 200, {"items": items, "next": None if last is None else str(last)}
