"""Which entities there are, with their fields and links: data only."""

from __future__ import annotations

from sandbox.espocrm.kinds import (
    BOOL,
    DATETIME,
    INT,
    NO_BAD_SIGNS,
    TEXT,
    VARCHAR,
    EntityDef,
    Field,
    Link,
    enum,
    many_to_many,
    varchar,
)

TO_USER: Link = {"type": "belongsTo", "entity": "User"}
PARENT_STATUS = ("active", "paused", "deactivated", "closed")
PARENT_FIELDS: dict[str, Field] = {"xaiCollectionId": VARCHAR, "status": enum(*PARENT_STATUS)}

DOCUMENT = EntityDef(
    {
        "name": VARCHAR | {"required": True},
        "dokument": {"type": "file"},
        "description": TEXT,
        "md5sum": varchar(32),
        "sha256": varchar(64),
        "fileStatus": enum("new", "changed", "synced"),
        "xaiId": VARCHAR,
        "xaiCollections": {"type": "array"},
        "xaiSyncedHash": VARCHAR,
        "xaiSyncStatus": enum("no_sync", "pending_sync", "clean", "unclean", "failed"),
        "xaiSyncError": TEXT,
        "syncFailedAt": DATETIME,
        "syncStatus": enum("pending_sync", "clean", "failed") | {"default": "pending_sync"},
        "syncError": TEXT,
    },
    {
        "raeumungsklages": many_to_many("Raeumungsklage", "cDokumentes", "cDokumenteRaeumungsklage"),
        "accounts": many_to_many("Account", "cDokumentes", "accountCDokumente"),
        "cBeteiligtes": many_to_many("CBeteiligte", "cDokumentes", "cBeteiligteCDokumente"),
        "cAIKnowledges": many_to_many("CAIKnowledge", "dokumentes", "CAIKnowledgeCDokumente"),
        "cAIKnowledgeCDokumentes": {"type": "hasMany", "entity": "CAIKnowledgeCDokumente", "foreign": "cDokumente"},
    },
)

# What people enter of a party, contacts apart; the pages show whatever is here.
PARTY_DATA: dict[str, Field] = {
    "salutationName": enum("", "Herr", "Frau", "Divers"),
    "firstName": varchar(100) | NO_BAD_SIGNS,
    "lastName": varchar(100) | NO_BAD_SIGNS,
    "firmenname": VARCHAR,
    "rechtsform": VARCHAR,
    "dateOfBirth": {"type": "date"},
    "handelsregisterNummer": VARCHAR,
    "handelsregisterArt": VARCHAR,
    "registergericht": VARCHAR,
}
PARTY = EntityDef(
    {
        "name": {"type": "personName"},
        **PARTY_DATA,
        "emailAddress": {"type": "email"},
        "phoneNumber": {"type": "phone"},
        "addressStreet": TEXT,
        "addressPostalCode": varchar(40),
        "addressCity": varchar(100),
        "assignedUser": {"type": "link"},
        "betnr": INT,
        "advowareLastSync": DATETIME,
        "advowareRowId": VARCHAR,
        "syncErrorMessage": TEXT,
        "syncStatus": enum(
            "pending_sync",
            "dirty",
            "syncing",
            "clean",
            "failed",
            "conflict",
            "permanently_failed",
            "deleted_in_advoware",
        ),
        "syncRetryCount": INT,
        "syncNextRetry": DATETIME,
        "syncAutoResetAt": DATETIME,
        "kommunikationHash": VARCHAR,
        **PARENT_FIELDS,
    },
    {
        "cDokumentes": many_to_many("CDokumente", "cBeteiligtes", "cBeteiligteCDokumente"),
        "cBankverbindungens": {"type": "hasMany", "entity": "CBankverbindungen", "foreign": "beteiligte"},
        "assignedUser": TO_USER,
    },
)

BANK_ACCOUNT = EntityDef(
    {
        "name": VARCHAR | NO_BAD_SIGNS | {"required": True},  # as the Entity Manager makes it (Templates/Metadata/Base)
        "iban": VARCHAR,
        "bic": varchar(11),
        "kontoinhaber": VARCHAR,
        "bankname": VARCHAR,
        "istAktiv": BOOL,
        "istStandard": BOOL,
        "advowareKontoId": VARCHAR,
        "advowareLastSync": DATETIME,
        "syncStatus": enum("clean", "unclean", "failed"),
        "syncErrorMessage": TEXT,
        "beteiligte": {"type": "link"},
    },
    {"beteiligte": {"type": "belongsTo", "entity": "CBeteiligte", "foreign": "cBankverbindungens"}},
)

# What staff are given to do, and what they are told. As EspoCRM is delivered a task needs somebody, and its parent is
# one of a list: Modules/Crm/Resources/metadata/entityDefs/Task.json; this firm has put its own types on it.
TASK_PARENTS = ("Account", "Contact", "Lead", "Opportunity", "Case")
OF_THIS_FIRM = ("CBeteiligte", "CBankverbindungen", "CDokumente", "Raeumungsklage")
TASK = EntityDef(
    {
        "name": VARCHAR | NO_BAD_SIGNS | {"required": True},
        "status": enum("Not Started", "Started", "Completed", "Canceled", "Deferred") | {"default": "Not Started"},
        "priority": enum("Low", "Normal", "High", "Urgent") | {"default": "Normal"},
        "dateEnd": DATETIME,
        "description": TEXT,
        "parent": {"type": "linkParent", "entityList": [*TASK_PARENTS, *OF_THIS_FIRM]},
        "assignedUser": {"type": "link", "required": True},
    },
    {"assignedUser": TO_USER},
)
NOTE = EntityDef({"type": VARCHAR, "post": TEXT, "targetType": VARCHAR, "usersIds": {"type": "jsonArray"}})
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
        {
            "name": VARCHAR | {"required": True},
            "aktenzeichen": VARCHAR,
            "advowareAkteId": VARCHAR,
            "description": TEXT,
            **PARENT_FIELDS,
        },
        {"cDokumentes": many_to_many("CDokumente", "raeumungsklages", "cDokumenteRaeumungsklage")},
    ),
    "Account": EntityDef(
        {"name": VARCHAR | {"required": True}, "website": VARCHAR, "description": TEXT, **PARENT_FIELDS},
        {"cDokumentes": many_to_many("CDokumente", "accounts", "accountCDokumente")},
    ),
    # What the firm has since March 2026 (observed.md).
    "CAdvowareAkten": EntityDef(
        {
            "name": VARCHAR | {"required": True},
            "aktenzeichen": VARCHAR,
            "aktennummer": INT,
            "aktenpfad": VARCHAR,
            "aktivierungsstatus": enum("new", "active", "paused", "deactivated"),
            "syncStatus": enum("unclean", "pending_sync", "synced", "failed"),
            "lastSync": DATETIME,
        },
    ),
    "CAIKnowledge": EntityDef(
        {
            "name": VARCHAR | {"required": True},
            "datenbankId": VARCHAR,
            "aktivierungsstatus": enum("new", "active", "paused", "deactivated") | {"default": "new"},
            "syncStatus": enum("unclean", "pending_sync", "synced", "failed") | {"default": "unclean"},
            "syncError": TEXT,  # was not seen there; `prepare` makes it
            "lastSync": DATETIME,
        },
        {
            "dokumentes": many_to_many("CDokumente", "cAIKnowledges", "CAIKnowledgeCDokumente"),
            "cAIKnowledgeCDokumentes": {
                "type": "hasMany",
                "entity": "CAIKnowledgeCDokumente",
                "foreign": "cAIKnowledge",
            },
        },
    ),
    # The table of that link, which the firm has made an entity of its own.
    "CAIKnowledgeCDokumente": EntityDef(
        {
            "name": VARCHAR,
            "cAIKnowledge": {"type": "link"},
            "cDokumente": {"type": "link"},
            "aiDocumentId": VARCHAR,
            "syncstatus": enum("new", "unclean", "synced", "failed", "unsupported") | {"default": "new"},
            "lastSync": DATETIME,
            "syncedHash": varchar(64),
        },
        {
            "cAIKnowledge": {"type": "belongsTo", "entity": "CAIKnowledge", "foreign": "cAIKnowledgeCDokumentes"},
            "cDokumente": {"type": "belongsTo", "entity": "CDokumente", "foreign": "cAIKnowledgeCDokumentes"},
        },
    ),
    "Task": TASK,
    "Note": NOTE,
    "Notification": NOTIFICATION,
    "User": EntityDef(
        {"userName": VARCHAR | {"required": True}, "name": VARCHAR, "type": VARCHAR, "isActive": BOOL},
    ),
}
