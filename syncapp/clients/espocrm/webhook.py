"""A webhook as EspoCRM registers it: one event each, with its own secret."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncapp.clients.espocrm.fields import ID
from syncapp.clients.espocrm.types import SYSTEM
from syncapp.clients.http.parse import Values


@dataclass(frozen=True, slots=True)
class Webhook:
    """One registered event. ``secret`` is "" in listings that leave it out; ``GET Webhook/{id}`` has it."""

    id: str
    event: str
    url: str
    secret: str = field(repr=False)
    active: bool = True
    skip_own: bool = False

    @classmethod
    def from_api(cls, raw: object) -> Webhook:
        values = Values.of(SYSTEM, raw)
        return cls(
            id=values.needed(ID),
            event=values.text("event"),
            url=values.text("url"),
            secret=values.text("secretKey"),
            active=values.flag("isActive") if values.raw.get("isActive") is not None else True,
            skip_own=values.flag("skipOwn"),
        )
