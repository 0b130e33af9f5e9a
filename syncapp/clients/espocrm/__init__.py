"""EspoCRM, the authority of the hub."""

from syncapp.clients.espocrm.client import EspoClient
from syncapp.clients.espocrm.fields import FIELDS, Fields
from syncapp.clients.espocrm.metadata import EntityMeta, LinkMeta
from syncapp.clients.espocrm.rest import EspoConfig
from syncapp.clients.espocrm.types import (
    Downloaded,
    EntityStamp,
    EspoBankAccount,
    EspoDocument,
    EspoMember,
    EspoParent,
    EspoParty,
    EspoTask,
    FileStatus,
    Webhook,
)

__all__ = [
    "FIELDS",
    "Downloaded",
    "EntityMeta",
    "EntityStamp",
    "EspoBankAccount",
    "EspoClient",
    "EspoConfig",
    "EspoDocument",
    "EspoMember",
    "EspoParent",
    "EspoParty",
    "EspoTask",
    "Fields",
    "FileStatus",
    "LinkMeta",
    "Webhook",
]
