"""What people are given to do in the CRM. Task and Notification are EspoCRM's own entities, the same everywhere.

Source: application/Espo/Modules/Crm/Resources/metadata/entityDefs/Task.json and the core's Notification.json (9.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from syncapp.clients.espocrm.fields import DELETED, ID, NAME
from syncapp.clients.espocrm.types import SYSTEM
from syncapp.clients.http.parse import Values

TASK, NOTIFICATION = "Task", "Notification"
NOT_STARTED, COMPLETED = "Not Started", "Completed"
ENDED = frozenset({COMPLETED, "Canceled"})


@dataclass(frozen=True, slots=True)
class EspoTask:
    """A task of the CRM; its texts are clients' data."""

    id: str
    name: str = field(repr=False)
    description: str = field(repr=False)
    status: str
    deleted: bool = False

    @classmethod
    def from_api(cls, raw: object) -> EspoTask:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        values = Values.of(SYSTEM, raw)
        return cls(
            id=values.needed(ID),
            name=values.text(NAME),
            description=values.text("description"),
            status=values.text("status"),
            deleted=values.flag(DELETED),
        )

    @property
    def ended(self) -> bool:
        return self.status in ENDED
