"""Which entities there are, with their fields and links: data only, in the shape EspoCRM's metadata has."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

Field = dict[str, Any]
Link = dict[str, Any]

VARCHAR: Field = {"type": "varchar", "maxLength": 255}
TEXT: Field = {"type": "text"}
DATETIME: Field = {"type": "datetime"}
BOOL: Field = {"type": "bool"}
INT: Field = {"type": "int"}

SYSTEM_FIELDS: dict[str, Field] = {
    "createdAt": DATETIME | {"readOnly": True},
    "modifiedAt": DATETIME | {"readOnly": True},
    "createdBy": {"type": "link", "readOnly": True},
    "modifiedBy": {"type": "link", "readOnly": True},
    "versionNumber": INT | {"readOnly": True},
}


@dataclass(frozen=True)
class EntityDef:
    fields: dict[str, Field]
    links: dict[str, Link] = field(default_factory=dict)


def _varchar(length: int) -> Field:
    return {"type": "varchar", "maxLength": length}


def _enum(*options: str) -> Field:
    return {"type": "enum", "options": list(options)}


def _many_to_many(entity: str, foreign: str, relation: str) -> Link:
    return {"type": "hasMany", "entity": entity, "foreign": foreign, "relationName": relation}


def _sync_fields(error: str) -> dict[str, Field]:
    return {"syncStatus": VARCHAR, error: TEXT}


TO_USER: Link = {"type": "belongsTo", "entity": "User"}
PARENT_STATUS = ("active", "paused", "deactivated", "closed")
PARENT_FIELDS: dict[str, Field] = {"xaiCollectionId": VARCHAR, "status": _enum(*PARENT_STATUS)}

DOCUMENT = EntityDef(
    {
        "name": VARCHAR | {"required": True},
        "dokument": {"type": "file"},
        "description": TEXT,
        "md5sum": _varchar(32),
        "sha256": _varchar(64),
        "fileStatus": _enum("new", "changed", "synced"),
        "xaiId": VARCHAR,
        "xaiCollections": {"type": "array"},
        "xaiSyncedHash": VARCHAR,
        "xaiSyncStatus": _enum("no_sync", "pending_sync", "clean", "unclean", "failed"),
        "xaiSyncError": TEXT,
        "syncFailedAt": DATETIME,
        **_sync_fields("syncError"),
    },
    {
        "raeumungsklages": _many_to_many("Raeumungsklage", "cDokumentes", "cDokumenteRaeumungsklage"),
        "accounts": _many_to_many("Account", "cDokumentes", "accountCDokumente"),
        "cBeteiligtes": _many_to_many("CBeteiligte", "cDokumentes", "cBeteiligteCDokumente"),
    },
)

PARTY = EntityDef(
    {
        "name": {"type": "personName"},
        "salutationName": _enum("", "Herr", "Frau", "Divers"),
        "firstName": _varchar(100),
        "lastName": _varchar(100),
        "firmenname": VARCHAR,
        "rechtsform": VARCHAR,
        "dateOfBirth": {"type": "date"},
        "handelsregisterNummer": VARCHAR,
        "handelsregisterArt": VARCHAR,
        "registergericht": VARCHAR,
        "emailAddress": {"type": "email"},
        "phoneNumber": {"type": "phone"},
        "assignedUser": {"type": "link"},
        "betnr": INT,
        "advowareLastSync": DATETIME,
        "advowareRowId": VARCHAR,
        "syncErrorMessage": TEXT,
        "syncStatus": VARCHAR,
        "syncRetryCount": INT,
        "syncNextRetry": DATETIME,
        "syncAutoResetAt": DATETIME,
        "kommunikationHash": VARCHAR,
        **PARENT_FIELDS,
    },
    {
        "cDokumentes": _many_to_many("CDokumente", "cBeteiligtes", "cBeteiligteCDokumente"),
        "cBankverbindungens": {"type": "hasMany", "entity": "CBankverbindungen", "foreign": "beteiligte"},
        "assignedUser": TO_USER,
    },
)

BANK_ACCOUNT = EntityDef(
    {
        "name": VARCHAR,
        "iban": VARCHAR,
        "bic": _varchar(11),
        "kontoinhaber": VARCHAR,
        "bankname": VARCHAR,
        "istAktiv": BOOL,
        "istStandard": BOOL,
        "advowareKontoId": VARCHAR,
        "advowareLastSync": DATETIME,
        "syncStatus": _enum("clean", "unclean", "failed"),
        "syncErrorMessage": TEXT,
        "beteiligte": {"type": "link"},
    },
    {"beteiligte": {"type": "belongsTo", "entity": "CBeteiligte", "foreign": "cBankverbindungens"}},
)

# What staff are given to do, and what they are told.
TASK = EntityDef(
    {
        "name": VARCHAR | {"required": True},
        "status": _enum("Not Started", "Started", "Completed", "Canceled", "Deferred") | {"default": "Not Started"},
        "priority": _enum("Low", "Normal", "High", "Urgent") | {"default": "Normal"},
        "dateEnd": DATETIME,
        "description": TEXT,
        "parent": {"type": "linkParent"},
        "assignedUser": {"type": "link"},
    },
    {"assignedUser": TO_USER},
)
NOTIFICATION = EntityDef(
    {
        "type": VARCHAR,
        "message": TEXT,
        "read": BOOL,
        "user": {"type": "link"},
        "related": {"type": "linkParent"},
    },
    {"user": TO_USER},
)

ENTITIES: dict[str, EntityDef] = {
    "CDokumente": DOCUMENT,
    "CBeteiligte": PARTY,
    "CBankverbindungen": BANK_ACCOUNT,
    "Raeumungsklage": EntityDef(
        {"name": VARCHAR | {"required": True}, "aktenzeichen": VARCHAR, "description": TEXT, **PARENT_FIELDS},
        {"cDokumentes": _many_to_many("CDokumente", "raeumungsklages", "cDokumenteRaeumungsklage")},
    ),
    "Account": EntityDef(
        {"name": VARCHAR | {"required": True}, "website": VARCHAR, "description": TEXT, **PARENT_FIELDS},
        {"cDokumentes": _many_to_many("CDokumente", "accounts", "accountCDokumente")},
    ),
    "Task": TASK,
    "Notification": NOTIFICATION,
    "User": EntityDef(
        {"userName": VARCHAR | {"required": True}, "name": VARCHAR, "type": VARCHAR, "isActive": BOOL},
    ),
}


@cache
def entity_def(entity_type: str, missing: frozenset[str] = frozenset()) -> EntityDef:
    """The definition with the fields of every record, less what is not installed. KeyError: no such entity."""
    entity = ENTITIES[entity_type]
    here = {name.partition(".")[2] for name in missing if name.startswith(entity_type + ".")}
    return EntityDef(
        {name: spec for name, spec in (entity.fields | SYSTEM_FIELDS).items() if name not in here},
        {name: spec for name, spec in entity.links.items() if name not in here},
    )


@cache
def attributes(entity_type: str, missing: frozenset[str] = frozenset()) -> dict[str, Field]:
    """Attribute name -> its field: what stands in a record (a file field has two attributes, an id and a name)."""
    found: dict[str, Field] = {"id": {"type": "id", "readOnly": True}, "deleted": BOOL | {"readOnly": True}}
    for name, spec in entity_def(entity_type, missing).fields.items():
        if spec["type"] in ("file", "link", "linkParent"):
            found[name + "Id"] = spec | {"field": name}
            if spec["type"] == "linkParent":
                found[name + "Type"] = VARCHAR | {"field": name}
            found[name + "Name"] = spec | {"field": name, "readOnly": True}
            continue
        found[name] = spec | {"field": name}
        if spec["type"] in ("email", "phone"):
            found[name + "Data"] = {"type": "jsonArray", "field": name}
    return found


def metadata(missing: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The part of EspoCRM's metadata that tells which fields and links exist."""
    definitions = {name: entity_def(name, missing) for name in ENTITIES}
    return {
        "entityDefs": {name: {"fields": item.fields, "links": item.links} for name, item in definitions.items()},
        "scopes": {name: {"entity": True, "object": True} for name in ENTITIES},
    }
