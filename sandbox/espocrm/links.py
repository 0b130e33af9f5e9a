"""Relations between records. Linking moves no date and no version, and sends no standard webhook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.espocrm.entities import ENTITIES
from sandbox.espocrm.errors import EspoError
from sandbox.espocrm.kinds import LINK_MULTIPLE
from sandbox.espocrm.records import Actor, Record, Records

SYSTEM = Actor("system", "System", silent=True)  # the rows of a link come and go without an event


@dataclass(frozen=True)
class LinkChange:
    action: str  # link, unlink
    entity_type: str
    entity_id: str
    link: str
    foreign_type: str
    foreign_id: str


class Links:
    def __init__(self, records: Records) -> None:
        self.records = records
        # (entity type, id, link) -> ids on the other side, in the order they came; both directions are kept.
        self.sides: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
        self.listeners: list[Callable[[LinkChange], None]] = []

    def foreign(self, entity_type: str, link: str) -> tuple[str, str, str]:
        """Entity type on the other side, name of the link there, kind of the link; EspoError 404 without a link."""
        spec = self.records.definition(entity_type).links.get(link)
        if spec is None:
            raise EspoError(404, f"Link '{link}' does not exist in {entity_type}.")
        return spec["entity"], spec.get("foreign", ""), "many" if "relationName" in spec else spec["type"]

    def ids(self, entity_type: str, record_id: str, link: str) -> list[str]:
        """Ids of live records on the other side."""
        target, foreign, kind = self.foreign(entity_type, link)
        table = self.records.table(target)
        if kind == "hasMany":
            return [key for key, row in table.items() if row.get(foreign + "Id") == record_id and not row["deleted"]]
        if kind == "belongsTo":
            owner = self.records.get(entity_type, record_id)[link + "Id"]
            return [owner] if owner in table and not table[owner]["deleted"] else []
        found = self._joined(entity_type, record_id, link) or self.sides.get((entity_type, record_id, link), {})
        return [key for key in found if key in table and not table[key]["deleted"]]

    def _joined(self, entity_type: str, record_id: str, link: str) -> dict[str, str]:
        """Of a link whose table is an entity type of its own: ids on the other side, and of the rows there."""
        table = self.records.definition(entity_type).links[link]["relationName"]
        if table not in ENTITIES:
            return {}
        ends = {spec["entity"]: name + "Id" for name, spec in ENTITIES[table].links.items()}
        target = self.foreign(entity_type, link)[0]
        rows = [row for row in self.records.table(table).values() if not row["deleted"]]
        return {row[ends[target]]: row["id"] for row in rows if row[ends[entity_type]] == record_id}

    def _join(self, entity_type: str, record_id: str, link: str, foreign_id: str, on: bool) -> bool:
        table = self.records.definition(entity_type).links[link]["relationName"]
        there = self._joined(entity_type, record_id, link)
        if on and foreign_id not in there:
            target = self.foreign(entity_type, link)[0]
            ends = {spec["entity"]: name + "Id" for name, spec in ENTITIES[table].links.items()}
            self.records.create(table, {ends[entity_type]: record_id, ends[target]: foreign_id}, SYSTEM)
        elif not on and foreign_id in there:
            self.records.delete(table, there[foreign_id], SYSTEM)
        return on != (foreign_id in there)

    def linked(self, entity_type: str, record_id: str, link: str) -> list[Record]:
        with self.records.lock:
            self.records.get(entity_type, record_id)
            table = self.records.table(self.foreign(entity_type, link)[0])
            return [table[key] for key in self.ids(entity_type, record_id, link)]

    def in_records(self, entity_type: str) -> list[str]:
        """Those that are fields too, and so stand in a record (Core/FieldProcessing/LinkMultiple/Loader.php)."""
        fields = self.records.definition(entity_type).fields.items()
        return [name for name, spec in fields if spec["type"] == LINK_MULTIPLE and not spec.get("noLoad")]

    def shown(self, entity_type: str, record_id: str, link: str) -> Record:
        """Of all that is linked, whoever may read it (Core/ORM/Entity.php: loadLinkMultipleField)."""
        rows = self.linked(entity_type, record_id, link)
        names = {row["id"]: row.get("name") for row in rows}
        return {f"{link}Ids": list(names), f"{link}Names": names}

    def set(self, entity_type: str, record_id: str, link: str, foreign_id: str, on: bool, silent: bool = False) -> bool:
        """Link or unlink; True when that changed something."""
        target, foreign, kind = self.foreign(entity_type, link)
        with self.records.lock:
            this = self.records.get(entity_type, record_id)
            other = self.records.get(target, foreign_id)
            if kind == "many" and self.records.definition(entity_type).links[link]["relationName"] in ENTITIES:
                changed = self._join(entity_type, record_id, link, foreign_id, on)
            elif kind == "many":
                here = self.sides[entity_type, record_id, link]
                changed = (foreign_id in here) != on
                there = self.sides[target, foreign_id, foreign]
                if on:
                    here[foreign_id] = there[record_id] = None
                else:
                    here.pop(foreign_id, None)
                    there.pop(record_id, None)
            else:
                child, owner, field = (other, this, foreign) if kind == "hasMany" else (this, other, link)
                changed = (child.get(field + "Id") == owner["id"]) != on
                if changed:
                    child[field + "Id"] = owner["id"] if on else None
                    child[field + "Name"] = owner["name"] if on else None
        if changed and not silent:
            action = "link" if on else "unlink"
            for listener in self.listeners:
                listener(LinkChange(action, entity_type, record_id, link, target, foreign_id))
        return changed

    def pairs(self) -> dict[str, list[list[str]]]:
        """Relation name -> sorted pairs of ids, the document (or first named side) first."""
        found: dict[str, list[list[str]]] = {}
        with self.records.lock:
            for (entity_type, record_id, link), others in self.sides.items():
                if entity_type == "CDokumente":
                    relation = ENTITIES[entity_type].links[link]["relationName"]
                    found.setdefault(relation, []).extend([record_id, other] for other in others)
        return {relation: sorted(items) for relation, items in sorted(found.items())}
