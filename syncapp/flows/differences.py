"""What a comparison finds: an entity on which the systems differ, and in what way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from syncapp.engine.wishes import Target


class How(StrEnum):
    NEW = "new in the CRM"
    CHANGED = "changed in the CRM"
    LINKS = "belongs elsewhere than it is"
    MISSING_REMOTELY = "missing at xAI"
    GONE = "gone in the CRM"


# What would take something away; many of these at once are more often an outage or a lost right than a wish.
TAKES_AWAY = frozenset({How.GONE, How.LINKS})


@dataclass(frozen=True, slots=True)
class Difference:
    step: str
    entity_type: str
    entity_id: str
    how: How

    @property
    def why(self) -> str:
        return self.how.value

    @property
    def target(self) -> Target:
        return Target(self.step, self.entity_type, self.entity_id)
