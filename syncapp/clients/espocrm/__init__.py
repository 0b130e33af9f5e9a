"""EspoCRM, the authority of the hub."""

from syncapp.clients.espocrm.client import EspoClient
from syncapp.clients.espocrm.config import EspoConfig
from syncapp.clients.espocrm.fields import FIELDS, Fields
from syncapp.clients.espocrm.metadata import EntityMeta, LinkMeta
from syncapp.clients.espocrm.parties import EspoBankAccount, EspoParty
from syncapp.clients.espocrm.tasks import EspoTask
from syncapp.clients.espocrm.types import (
    Downloaded,
    EntityStamp,
    EspoDocument,
    EspoParent,
    EspoUser,
    FileStatus,
)
from syncapp.clients.espocrm.webhook import Webhook

__all__ = [
    "FIELDS",
    "Downloaded",
    "EntityMeta",
    "EntityStamp",
    "EspoBankAccount",
    "EspoClient",
    "EspoConfig",
    "EspoDocument",
    "EspoParent",
    "EspoParty",
    "EspoTask",
    "EspoUser",
    "Fields",
    "FileStatus",
    "LinkMeta",
    "Webhook",
]
