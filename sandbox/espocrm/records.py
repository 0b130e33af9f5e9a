"""The records of the CRM: create, change, delete, restore, and what is told to listeners about it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.espocrm import values
from sandbox.espocrm.attachments import Attachments
from sandbox.espocrm.config import EspoSettings
from sandbox.espocrm.contacts import Holders, as_typed, settle_contacts, share
from sandbox.espocrm.duplicates import alike
from sandbox.espocrm.entities import ENTITIES
from sandbox.espocrm.errors import EspoError, invalid, no_entity, no_record
from sandbox.espocrm.kinds import EntityDef
from sandbox.espocrm.schema import attributes, entity_def

Record = dict[str, Any]
EMPTY = {"bool": False}  # every other kind: None


@dataclass(frozen=True)
class Actor:
    """Who does something. A person's changes are nobody's own, so `skipOwn` never leaves them out."""

    id: str
    name: str
    is_api: bool = False
    silent: bool = False  # saved without events, as an import does
    denied: frozenset[str] = frozenset()  # what its roles do not grant, as in the setting of that name


@dataclass(frozen=True)
class Change:
    action: str  # create, update, delete
    entity_type: str
    record: Record
    changed: frozenset[str]
    actor: Actor


class Records:
    def __init__(self, settings: EspoSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.tables: dict[str, dict[str, Record]] = {name: {} for name in ENTITIES}
        self.attachments = Attachments()
        self.holders: Holders = {}
        self.listeners: list[Callable[[Change], None]] = []

    def definition(self, entity_type: str) -> EntityDef:
        return entity_def(entity_type, self.settings.installed)

    def table(self, entity_type: str) -> dict[str, Record]:
        if entity_type not in self.tables or entity_type in self.settings.missing:
            raise no_entity(entity_type)
        return self.tables[entity_type]

    def get(self, entity_type: str, record_id: str) -> Record:
        """The live record itself, not a copy; EspoError 404 when there is none."""
        record = self.table(entity_type).get(record_id)
        if record is None or record["deleted"]:
            raise no_record(entity_type, record_id)
        return record

    def exists(self, entity_type: str, record_id: str) -> bool:
        try:
            return bool(self.get(entity_type, record_id))
        except EspoError:
            return False

    def create(self, entity_type: str, data: Record, actor: Actor, record_id: str = "") -> Record:
        with self.lock:
            specs = attributes(entity_type, self.settings.installed)
            record: Record = {name: spec.get("default", EMPTY.get(spec["type"])) for name, spec in specs.items()}
            record["id"] = record_id or values.new_id()
            stamp = values.now()
            changes = self._clean(entity_type, record, data, actor)
            for name, field in self.definition(entity_type).fields.items():
                # A link is there by its id (FieldValidators/LinkType.php, LinkParentType.php).
                if field.get("required") and not (changes.get(name) or changes.get(name + "Id")):
                    raise invalid(entity_type, name, "required")
            self._share(entity_type, record, changes, data, actor)
            record |= {"deleted": False, "versionNumber": 1}
            record |= {"createdAt": stamp, "modifiedAt": stamp}
            record |= {"createdById": actor.id, "createdByName": actor.name}
            record |= {"modifiedById": actor.id, "modifiedByName": actor.name}
            record |= changes
            self._name_person(entity_type, record)
            self.table(entity_type)[record["id"]] = record
            self._tell("create", entity_type, record, frozenset(record), actor)
            return dict(record)

    def update(self, entity_type: str, record_id: str, data: Record, actor: Actor) -> Record:
        """Partial. Every save moves versionNumber; only a real change moves modifiedAt and is an event
        (Core/FieldProcessing/VersionNumber/BeforeSaveProcessor.php, Core/Repositories/Database.php, 9.2.7 to 10.0)."""
        with self.lock:
            record = self.get(entity_type, record_id)
            before = dict(record)
            changes = self._clean(entity_type, record, data, actor)
            self._share(entity_type, record, changes, data, actor)
            record |= changes
            self._name_person(entity_type, record)
            changed = frozenset(name for name, value in record.items() if before.get(name) != value)
            record["versionNumber"] += 1
            if changed:
                record |= {"modifiedAt": values.now(), "modifiedById": actor.id, "modifiedByName": actor.name}
                self._tell("update", entity_type, record, changed, actor)
            return dict(record)

    def delete(self, entity_type: str, record_id: str, actor: Actor) -> None:
        with self.lock:
            record = self.get(entity_type, record_id)
            record |= {"deleted": True, "modifiedAt": values.now()}
            self._tell("delete", entity_type, record, frozenset(), actor)

    def restore(self, entity_type: str, record_id: str) -> Record:
        """Bring a deleted record back. EspoCRM sends nothing about it."""
        with self.lock:
            record = self.table(entity_type).get(record_id)
            if record is None:
                raise no_record(entity_type, record_id)
            record["deleted"] = False
            return dict(record)

    def check_version(self, entity_type: str, record_id: str, version: str | None, data: Record) -> None:
        """409 `modified` when somebody else was faster with another value (and the entity looks at versions)."""
        if not version or entity_type not in self.settings.optimistic_locking:
            return
        record = self.get(entity_type, record_id)
        if not version.isdigit() or int(version) == record["versionNumber"]:
            return
        differing = {name: record[name] for name, value in data.items() if name in record and record[name] != value}
        if differing:
            body = {"values": differing, "versionNumber": record["versionNumber"]}
            raise EspoError(409, "modified", body)

    def check_duplicate(self, entity_type: str, data: Record) -> None:
        fields = self.definition(entity_type).fields
        rules = (rule.partition(".") for rule in self.settings.duplicate_check)
        checked = [(name, fields[name]["type"]) for kind, _, name in rules if kind == entity_type and name in fields]
        if not checked:
            return
        live = (row for row in self.table(entity_type).values() if not row["deleted"])
        if twins := [row for row in live if any(alike(name, kind, data, row) for name, kind in checked)]:
            raise EspoError(409, "duplicate", twins)

    def _clean(self, entity_type: str, record: Record, data: Record, actor: Actor) -> Record:
        """The known, writable part of `data`, checked, with what follows from it. Unknown fields drop out."""
        data = data if actor.is_api else as_typed(data)
        specs = attributes(entity_type, self.settings.installed)
        changes = {
            name: values.clean(entity_type, name, specs[name], value)
            for name, value in data.items()
            if name in specs and not specs[name].get("readOnly")
        }
        settle_contacts(entity_type, record, changes)
        for name in [name for name in changes if name.endswith("Id")]:
            spec = specs[name]
            if spec["type"] == "file":
                self._attach(entity_type, spec["field"], record, changes)
            elif spec["type"] == "link":
                target = self.definition(entity_type).links[spec["field"]]["entity"]
                owner = self.get(target, changes[name]) if changes[name] else {}
                changes[spec["field"] + "Name"] = owner.get("name")
            elif spec["type"] == "linkParent":
                kind = str(changes.get(spec["field"] + "Type", record.get(spec["field"] + "Type")))
                parent = self.tables.get(kind, {}).get(changes[name]) or {}
                changes[spec["field"] + "Name"] = parent.get("name")
        return changes

    def _share(self, entity_type: str, record: Record, changes: Record, data: Record, actor: Actor) -> None:
        denied = (*self.settings.denied, *actor.denied) if actor.is_api else ()
        share(self.holders, entity_type, record, changes, data, lambda kind: f"{kind}.edit" not in denied)

    def _attach(self, entity_type: str, field: str, record: Record, changes: Record) -> None:
        """A changed file: the old attachment is gone at once, and the firm's CRM notes status and hashes."""
        new_id, old_id = changes[field + "Id"], record.get(field + "Id")
        if new_id == old_id:
            return
        attachment = self.attachments.get(new_id) if new_id else None
        if new_id and attachment is None:
            raise invalid(entity_type, field, "valid")
        changes[field + "Name"] = attachment.name if attachment else None
        if old_id:
            self.attachments.remove(old_id)
        if attachment:
            attachment.related_id = record["id"]
        if attachment and entity_type == "CDokumente":
            if self.settings.status_on_upload and "fileStatus" in record:
                changes["fileStatus"] = "changed" if old_id else "new"
            if self.settings.hash_on_upload:
                hashes = {"md5sum": attachment.md5, "sha256": attachment.sha256}
                changes |= {name: hashes[name] for name in hashes.keys() & record.keys()}

    def _name_person(self, entity_type: str, record: Record) -> None:
        if self.definition(entity_type).fields.get("name", {}).get("type") == "personName":
            record["name"] = values.person_name(record, self.settings.company_names)

    def _tell(self, action: str, entity_type: str, record: Record, changed: frozenset[str], actor: Actor) -> None:
        if not actor.silent:
            for listener in self.listeners:
                listener(Change(action, entity_type, record, changed, actor))
